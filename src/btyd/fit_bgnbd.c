/* fit_bgnbd.c: log-likelihoods of the NBD (nobody ever drops out), BG/NBD and MBG/NBD.
 *
 * With R = r+x and n = x tosses of the coin survived (MBG/NBD: x+1), a customer's likelihood is
 *   Gamma(R)/Gamma(r) alpha^r B(a, b+n)/B(a, b) (e^u1 + [n > 0] e^u2),
 *   u1 = -R log(alpha+T),  u2 = -R log(alpha+t_x) + log(a/(b+n-1))
 * (Fader, Hardie and Lee 2005, eq. 6). With q = e^u2/(e^u1 + e^u2), the probability that he has
 * dropped out, the derivatives of log(e^u1 + e^u2) are
 *   (1-q) du1 + q du2   and   (1-q) d2u1 + q d2u2 + q(1-q) (du2-du1)(du2-du1)',
 * so a chunk only adds up a few moments, and everything in x is done once a group. */
#include "btyd/fit_likelihood.h"
#include "btyd/special.h"

#include <math.h>

enum {
    SUM_VALUE,   /* log(e^u1 + e^u2) */
    SUM_DEAD,    /* q */
    SUM_LOG,     /* means over both cases of log(alpha + time), */
    SUM_INVERSE, /* 1/(alpha + time), */
    SUM_SQUARE,  /* 1/(alpha + time)^2 */
    SUM_BOTH,    /* q(1-q), */
    SUM_BOTH_L,  /* times dl = log(alpha+T) - log(alpha+t_x), */
    SUM_BOTH_I,  /* times di = 1/(alpha+T) - 1/(alpha+t_x), */
    SUM_BOTH_LL, /* and times their products */
    SUM_BOTH_LI,
    SUM_BOTH_II,
    SUM_COUNT
};
_Static_assert((int)SUM_COUNT <= (int)TN_LIKELIHOOD_SUMS, "the chunk's room");

/* A sum of weight log(y), y within 1e-12 .. 4e12: customers of weight 1 are multiplied up and share
 * a logarithm. */
typedef struct log_sum {
    double value;
    double product;
    int factors;
} log_sum;

static void log_sum_flush(log_sum *sum) {
    sum->value += log(sum->product);
    sum->product = 1;
    sum->factors = 0;
}

static inline void log_sum_add(log_sum *sum, double weight, double y) {
    const int factors_max = 16; /* 16 of 1e-12 are far from underflow */
    if (weight != 1) {
        sum->value += weight * log(y);
        return;
    }
    sum->product *= y;
    if (++sum->factors == factors_max) log_sum_flush(sum);
}

/* Nobody drops out: u1 alone. */
static void alive_chunk(const tn_likelihood *likelihood, const tn_fit_chunk *chunk, double R,
                        double *sum) {
    const double alpha = likelihood->theta[1];
    const tn_fit_rows *rows = likelihood->rows;
    log_sum logs = {.product = 1};
    double inverse_sum = 0, square_sum = 0;
    for (size_t i = chunk->begin; i < chunk->end; i++) {
        const double inverse = 1 / (alpha + rows->second[i]);
        log_sum_add(&logs, rows->weight[i], alpha + rows->second[i]);
        inverse_sum += rows->weight[i] * inverse;
        square_sum += rows->weight[i] * inverse * inverse;
    }
    for (int k = 0; k < SUM_COUNT; k++)
        sum[k] = 0;
    log_sum_flush(&logs);
    sum[SUM_VALUE] = -R * logs.value;
    sum[SUM_LOG] = logs.value;
    sum[SUM_INVERSE] = inverse_sum;
    sum[SUM_SQUARE] = square_sum;
}

static void mixed_chunk(const tn_likelihood *likelihood, const tn_fit_chunk *chunk, double R,
                        double log_odds, double *sum) {
    const double alpha = likelihood->theta[1];
    const tn_fit_rows *rows = likelihood->rows;
    double s[SUM_COUNT] = {0};
    log_sum age = {.product = 1}, rest = {.product = 1};
    for (size_t i = chunk->begin; i < chunk->end; i++) {
        const double weight = rows->weight[i];
        const double inverse_T = 1 / (alpha + rows->second[i]);
        const double inverse_t = 1 / (alpha + rows->first[i]);
        const double dl = log((alpha + rows->second[i]) * inverse_t);
        const double di = inverse_T - inverse_t;
        const double d = R * dl + log_odds; /* u2 - u1 */
        const double small = exp(-fabs(d));
        const double rare = small / (1 + small);
        const double q = d > 0 ? 1 - rare : rare;
        const double both = weight * rare * (1 - rare);
        log_sum_add(&age, weight, alpha + rows->second[i]);
        log_sum_add(&rest, weight, 1 + small);
        s[SUM_VALUE] += d > 0 ? weight * d : 0;
        s[SUM_DEAD] += weight * q;
        s[SUM_LOG] -= weight * q * dl;
        s[SUM_INVERSE] += weight * (inverse_T - q * di);
        s[SUM_SQUARE] += weight * (inverse_T * inverse_T - q * di * (inverse_T + inverse_t));
        s[SUM_BOTH] += both;
        s[SUM_BOTH_L] += both * dl;
        s[SUM_BOTH_I] += both * di;
        s[SUM_BOTH_LL] += both * dl * dl;
        s[SUM_BOTH_LI] += both * dl * di;
        s[SUM_BOTH_II] += both * di * di;
    }
    log_sum_flush(&age);
    log_sum_flush(&rest);
    s[SUM_VALUE] += rest.value - R * age.value;
    s[SUM_LOG] += age.value;
    for (int k = 0; k < SUM_COUNT; k++)
        sum[k] = s[k];
}

static void nbd_chunk(void *context, size_t index) {
    const tn_likelihood *likelihood = context;
    const tn_fit_chunk *chunk = &likelihood->rows->chunks[index];
    const double R = likelihood->theta[0] + likelihood->rows->groups[chunk->group].x;
    alive_chunk(likelihood, chunk, R, likelihood->chunks[index].sum);
}

static void beta_chunk(void *context, size_t index) {
    const tn_likelihood *likelihood = context;
    const double *theta = likelihood->theta;
    const tn_fit_chunk *chunk = &likelihood->rows->chunks[index];
    const double x = likelihood->rows->groups[chunk->group].x;
    const double tosses = x + likelihood->first_toss;
    double *sum = likelihood->chunks[index].sum;
    if (tosses > 0)
        mixed_chunk(likelihood, chunk, theta[0] + x, log(theta[2] / (theta[3] + (tosses - 1))),
                    sum);
    else
        alive_chunk(likelihood, chunk, theta[0] + x, sum);
}

static void group_sums(const tn_likelihood *likelihood, const tn_fit_group *group, double *sum) {
    for (int k = 0; k < SUM_COUNT; k++)
        sum[k] = 0;
    for (size_t c = group->chunk_begin; c < group->chunk_end; c++)
        for (int k = 0; k < SUM_COUNT; k++)
            sum[k] += likelihood->chunks[c].sum[k];
}

/* r log alpha, and what u1 and u2 have in common. */
static void add_rate(tn_derivatives *out, const double *s, double R) {
    out->value += s[SUM_VALUE];
    out->gradient[0] -= s[SUM_LOG];
    out->gradient[1] -= R * s[SUM_INVERSE];
    out->hessian[0][0] += s[SUM_BOTH_LL];
    out->hessian[0][1] += R * s[SUM_BOTH_LI] - s[SUM_INVERSE];
    out->hessian[1][1] += R * s[SUM_SQUARE] + R * R * s[SUM_BOTH_II];
}

/* The odds a/(b+n-1) within u2; `inverse` is 1/(b+n-1). */
static void add_odds(tn_derivatives *out, const double *s, double R, double a, double inverse) {
    out->gradient[2] += s[SUM_DEAD] / a;
    out->gradient[3] -= s[SUM_DEAD] * inverse;
    out->hessian[0][2] += s[SUM_BOTH_L] / a;
    out->hessian[0][3] -= s[SUM_BOTH_L] * inverse;
    out->hessian[1][2] += R * s[SUM_BOTH_I] / a;
    out->hessian[1][3] -= R * s[SUM_BOTH_I] * inverse;
    out->hessian[2][2] += (s[SUM_BOTH] - s[SUM_DEAD]) / (a * a);
    out->hessian[2][3] -= s[SUM_BOTH] * inverse / a;
    out->hessian[3][3] += (s[SUM_BOTH] + s[SUM_DEAD]) * inverse * inverse;
}

static void add_alpha_power(tn_derivatives *out, double customers, double r, double alpha) {
    out->value += customers * r * log(alpha);
    out->gradient[0] += customers * log(alpha);
    out->gradient[1] += customers * r / alpha;
    out->hessian[0][1] += customers / alpha;
    out->hessian[1][1] -= customers * r / (alpha * alpha);
}

/* B(a, b+n)/B(a, b): rise_b is that of b, rise_both that of a+b. */
static void add_survival(tn_derivatives *out, double weight, const tn_rising *rise_b,
                         const tn_rising *rise_both) {
    out->value += weight * (rise_b->value - rise_both->value);
    out->gradient[2] -= weight * rise_both->first;
    out->gradient[3] += weight * (rise_b->first - rise_both->first);
    out->hessian[2][2] -= weight * rise_both->second;
    out->hessian[2][3] -= weight * rise_both->second;
    out->hessian[3][3] += weight * (rise_b->second - rise_both->second);
}

static void add_rising_r(tn_derivatives *out, double weight, const tn_rising *rise) {
    out->value += weight * rise->value;
    out->gradient[0] += weight * rise->first;
    out->hessian[0][0] += weight * rise->second;
}

void tn_nbd_likelihood(void *context, const double *theta, tn_derivatives *out) {
    tn_likelihood *likelihood = context;
    const tn_fit_rows *rows = likelihood->rows;
    likelihood->theta = theta;
    tn_fit_rows_for_each_chunk(rows, likelihood->parallel, nbd_chunk, likelihood);
    tn_rising rise = {0};
    double reached = 0; /* x up to which the sum has risen */
    for (size_t g = 0; g < rows->group_count; g++) {
        const tn_fit_group *group = &rows->groups[g];
        double s[SUM_COUNT];
        group_sums(likelihood, group, s);
        tn_rising_add(&rise, theta[0] + reached, group->x - reached);
        reached = group->x;
        add_rising_r(out, group->weight, &rise);
        add_rate(out, s, theta[0] + group->x);
    }
    add_alpha_power(out, rows->customers, theta[0], theta[1]);
}

void tn_beta_likelihood(void *context, const double *theta, tn_derivatives *out) {
    tn_likelihood *likelihood = context;
    const tn_fit_rows *rows = likelihood->rows;
    const double r = theta[0], a = theta[2], b = theta[3];
    likelihood->theta = theta;
    tn_fit_rows_for_each_chunk(rows, likelihood->parallel, beta_chunk, likelihood);
    tn_rising rise_r = {0}, rise_b = {0}, rise_both = {0};
    double repeats = 0; /* x and n up to which the sums have risen */
    double tosses = 0;
    for (size_t g = 0; g < rows->group_count; g++) {
        const tn_fit_group *group = &rows->groups[g];
        const double n = group->x + likelihood->first_toss;
        double s[SUM_COUNT];
        group_sums(likelihood, group, s);
        tn_rising_add(&rise_r, r + repeats, group->x - repeats);
        tn_rising_add(&rise_b, b + tosses, n - tosses);
        tn_rising_add(&rise_both, a + b + tosses, n - tosses);
        repeats = group->x;
        tosses = n;
        add_rising_r(out, group->weight, &rise_r);
        add_survival(out, group->weight, &rise_b, &rise_both);
        add_rate(out, s, r + group->x);
        if (n > 0) add_odds(out, s, r + group->x, a, 1 / (b + (n - 1)));
    }
    add_alpha_power(out, rows->customers, r, theta[1]);
}
