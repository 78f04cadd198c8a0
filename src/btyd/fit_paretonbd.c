/* fit_paretonbd.c: log-likelihood of the Pareto/NBD.
 *
 * A customer's likelihood is Gamma(R)/Gamma(r) alpha^r beta^s (e^u(T) + integral over y of e^w(y)),
 *   u = -R log(alpha+T) - s log(beta+T),  w = log s - R log(alpha+y) - (s+1) log(beta+y),
 * y in (t_x, T) (Schmittlein, Morrison and Colombo 1987, before their integral is written as 2F1).
 * That is a mixture over the cases "alive" and "dropped out at y", so the derivatives of its log
 * are the mean over the cases of the derivatives of the exponent, and the mean of its second
 * derivatives plus its covariance. The quadrature nodes of the integral serve for all. */
#include "btyd/fit_likelihood.h"
#include "btyd/purchases.h"
#include "btyd/special.h"

#include <math.h>

enum { SUM_VALUE, SUM_GRADIENT, SUM_HESSIAN = SUM_GRADIENT + 4, SUM_COUNT = SUM_HESSIAN + 10 };
_Static_assert((int)SUM_COUNT <= (int)TN_LIKELIHOOD_SUMS, "the chunk's room");

/* One exponent: its derivatives by r, alpha, s, beta and the second ones that are not 0. */
typedef struct exponent {
    double first[4];
    double r_alpha;
    double alpha_alpha;
    double s_s;
    double s_beta;
    double beta_beta;
} exponent;

/* Sums over the nodes, weighted, of the exponents' derivatives less those of the case "alive". */
typedef struct dropout_moments {
    const tn_pareto_law *law;
    double R;
    const exponent *alive;
    double log_alpha; /* log(alpha+t_x) */
    double log_beta;
    double first[4];
    double square[10]; /* upper triangle by rows */
    exponent second;   /* its second derivatives; first[] is not used */
} dropout_moments;

static exponent alive_exponent(const tn_pareto_law *law, double R, double T) {
    const double i = 1 / (law->alpha + T);
    const double j = 1 / (law->beta + T);
    const exponent e = {
        .first = {-log(law->alpha + T), -R * i, -log(law->beta + T), -law->s * j},
        .r_alpha = -i,
        .alpha_alpha = R * i * i,
        .s_s = 0,
        .s_beta = -j,
        .beta_beta = law->s * j * j,
    };
    return e;
}

static void visit_node(void *context, const tn_pareto_node *node) {
    dropout_moments *m = context;
    const tn_pareto_law *law = m->law;
    const double i = 1 / (law->alpha + node->y);
    const double j = 1 / (law->beta + node->y);
    const double w = node->weight;
    const double d[4] = {-(m->log_alpha + node->log_alpha) - m->alive->first[0],
                         -m->R * i - m->alive->first[1],
                         1 / law->s - (m->log_beta + node->log_beta) - m->alive->first[2],
                         -(law->s + 1) * j - m->alive->first[3]};
    for (int k = 0, at = 0; k < 4; k++) {
        m->first[k] += w * d[k];
        for (int l = k; l < 4; l++)
            m->square[at++] += w * d[k] * d[l];
    }
    m->second.r_alpha -= w * i;
    m->second.alpha_alpha += w * m->R * i * i;
    m->second.s_beta -= w * j;
    m->second.beta_beta += w * (law->s + 1) * j * j;
}

/* Adds weight times the derivatives: alive with probability 1 - dead, else as the moments, whose
 * weights have the sum `integral`, say. */
static void add_customer(double *sum, double weight, double dead, double integral,
                         const dropout_moments *m) {
    const exponent *alive = m->alive;
    const double scale = integral > 0 ? dead / integral : 0;
    double mean[4], second[10];
    for (int k = 0; k < 4; k++) {
        mean[k] = scale * m->first[k];
        sum[SUM_GRADIENT + k] += weight * (alive->first[k] + mean[k]);
    }
    for (int k = 0, at = 0; k < 4; k++)
        for (int l = k; l < 4; l++, at++)
            second[at] = scale * m->square[at] - mean[k] * mean[l];
    second[1] += (1 - dead) * alive->r_alpha + scale * m->second.r_alpha;
    second[4] += (1 - dead) * alive->alpha_alpha + scale * m->second.alpha_alpha;
    second[7] -= dead / (m->law->s * m->law->s);
    second[8] += (1 - dead) * alive->s_beta + scale * m->second.s_beta;
    second[9] += (1 - dead) * alive->beta_beta + scale * m->second.beta_beta;
    for (int at = 0; at < 10; at++)
        sum[SUM_HESSIAN + at] += weight * second[at];
}

static void add_row(const tn_pareto_law *law, double x, const double row[3], double *sum) {
    const double t_x = row[0], T = row[1], weight = row[2];
    const double R = law->r + x;
    const exponent alive = alive_exponent(law, R, T);
    dropout_moments moments = {.law = law, .R = R, .alive = &alive};
    moments.log_alpha = log(law->alpha + t_x);
    moments.log_beta = log(law->beta + t_x);
    const double integral = tn_pareto_dropout_integral(law, x, t_x, T, visit_node, &moments);
    const double log_odds = log(integral) + R * log1p((T - t_x) / (law->alpha + t_x)) +
                            law->s * log1p((T - t_x) / (law->beta + t_x));
    const double value = R * alive.first[0] + law->s * alive.first[2];
    sum[SUM_VALUE] += weight * (integral > 0 ? value + tn_log1p_exp(log_odds) : value);
    add_customer(sum, weight, integral > 0 ? 1 / (1 + exp(-log_odds)) : 0, integral, &moments);
}

static void pareto_chunk(void *context, size_t index) {
    const tn_likelihood *likelihood = context;
    const tn_fit_rows *rows = likelihood->rows;
    const tn_fit_chunk *chunk = &rows->chunks[index];
    const double *theta = likelihood->theta;
    const tn_pareto_law law = {.r = theta[0], .alpha = theta[1], .s = theta[2], .beta = theta[3]};
    double *sum = likelihood->chunks[index].sum;
    for (int k = 0; k < SUM_COUNT; k++)
        sum[k] = 0;
    for (size_t i = chunk->begin; i < chunk->end; i++) {
        const double row[3] = {rows->first[i], rows->second[i], rows->weight[i]};
        add_row(&law, rows->groups[chunk->group].x, row, sum);
    }
}

static void add_chunks(const tn_likelihood *likelihood, const tn_fit_group *group,
                       tn_derivatives *out) {
    for (size_t c = group->chunk_begin; c < group->chunk_end; c++) {
        const double *sum = likelihood->chunks[c].sum;
        out->value += sum[SUM_VALUE];
        for (int k = 0, at = SUM_HESSIAN; k < 4; k++) {
            out->gradient[k] += sum[SUM_GRADIENT + k];
            for (int l = k; l < 4; l++)
                out->hessian[k][l] += sum[at++];
        }
    }
}

/* customers times shape log(scale), of parameters number first and first + 1. */
static void add_power(tn_derivatives *out, double customers, const double *theta, int first) {
    const double shape = theta[first];
    const double scale = theta[first + 1];
    out->value += customers * shape * log(scale);
    out->gradient[first] += customers * log(scale);
    out->gradient[first + 1] += customers * shape / scale;
    out->hessian[first][first + 1] += customers / scale;
    out->hessian[first + 1][first + 1] -= customers * shape / (scale * scale);
}

void tn_pareto_likelihood(void *context, const double *theta, tn_derivatives *out) {
    tn_likelihood *likelihood = context;
    const tn_fit_rows *rows = likelihood->rows;
    likelihood->theta = theta;
    tn_fit_rows_for_each_chunk(rows, likelihood->parallel, pareto_chunk, likelihood);
    tn_rising rise = {0};
    double reached = 0;
    for (size_t g = 0; g < rows->group_count; g++) {
        const tn_fit_group *group = &rows->groups[g];
        tn_rising_add(&rise, theta[0] + reached, group->x - reached);
        reached = group->x;
        out->value += group->weight * rise.value;
        out->gradient[0] += group->weight * rise.first;
        out->hessian[0][0] += group->weight * rise.second;
        add_chunks(likelihood, group, out);
    }
    add_power(out, rows->customers, theta, 0);
    add_power(out, rows->customers, theta, 2);
}
