/* fit_gammagamma.c: log-likelihood of the Gamma-Gamma model (Fader and Hardie 2013, eq. 1a):
 *   log Gamma(px+q) - log Gamma(px) - log Gamma(q) + q log v + (px-1) log m + px log x
 *   - (px+q) log(x m + v)
 * for each customer with x > 0 repeat transactions of mean value m > 0. */
#include "btyd/fit_likelihood.h"
#include "btyd/special.h"

#include <math.h>

enum {
    SUM_LOG_M,   /* log m */
    SUM_LOG,     /* log(x m + v) */
    SUM_INVERSE, /* 1/(x m + v) */
    SUM_SQUARE,  /* its square */
    SUM_COUNT
};
_Static_assert((int)SUM_COUNT <= (int)TN_LIKELIHOOD_SUMS, "the chunk's room");

static void spend_chunk(void *context, size_t index) {
    const tn_likelihood *likelihood = context;
    const tn_fit_rows *rows = likelihood->rows;
    const tn_fit_chunk *chunk = &rows->chunks[index];
    const double x = rows->groups[chunk->group].x;
    const double v = likelihood->theta[2];
    double s[SUM_COUNT] = {0};
    for (size_t i = chunk->begin; i < chunk->end; i++) {
        const double total = x * rows->first[i] + v;
        const double inverse = 1 / total;
        s[SUM_LOG_M] += rows->weight[i] * rows->second[i];
        s[SUM_LOG] += rows->weight[i] * log(total);
        s[SUM_INVERSE] += rows->weight[i] * inverse;
        s[SUM_SQUARE] += rows->weight[i] * inverse * inverse;
    }
    for (int k = 0; k < SUM_COUNT; k++)
        likelihood->chunks[index].sum[k] = s[k];
}

/* All rows of one x; log m and log(x m + v) enter by their sums. */
static void add_group(tn_derivatives *out, const double *theta, const tn_fit_group *group,
                      const double *s) {
    const double p = theta[0], q = theta[1];
    const double x = group->x, w = group->weight;
    const double both = p * x + q;
    const double digamma = tn_digamma(both);
    const double trigamma = tn_trigamma(both);
    out->value += w * (tn_log_gamma(both) - tn_log_gamma(p * x) + p * x * log(x)) +
                  (p * x - 1) * s[SUM_LOG_M] - both * s[SUM_LOG];
    out->gradient[0] +=
        x * (w * (digamma - tn_digamma(p * x) + log(x)) + s[SUM_LOG_M] - s[SUM_LOG]);
    out->gradient[1] += w * digamma - s[SUM_LOG];
    out->gradient[2] -= both * s[SUM_INVERSE];
    out->hessian[0][0] += w * x * x * (trigamma - tn_trigamma(p * x));
    out->hessian[0][1] += w * x * trigamma;
    out->hessian[0][2] -= x * s[SUM_INVERSE];
    out->hessian[1][1] += w * trigamma;
    out->hessian[1][2] -= s[SUM_INVERSE];
    out->hessian[2][2] += both * s[SUM_SQUARE];
}

/* q log v - log Gamma(q), of every customer. */
static void add_common(tn_derivatives *out, double customers, double q, double v) {
    out->value += customers * (q * log(v) - tn_log_gamma(q));
    out->gradient[1] += customers * (log(v) - tn_digamma(q));
    out->gradient[2] += customers * q / v;
    out->hessian[1][1] -= customers * tn_trigamma(q);
    out->hessian[1][2] += customers / v;
    out->hessian[2][2] -= customers * q / (v * v);
}

void tn_gamma_gamma_likelihood(void *context, const double *theta, tn_derivatives *out) {
    tn_likelihood *likelihood = context;
    const tn_fit_rows *rows = likelihood->rows;
    likelihood->theta = theta;
    tn_fit_rows_for_each_chunk(rows, likelihood->parallel, spend_chunk, likelihood);
    for (size_t g = 0; g < rows->group_count; g++) {
        const tn_fit_group *group = &rows->groups[g];
        double s[SUM_COUNT] = {0};
        for (size_t c = group->chunk_begin; c < group->chunk_end; c++)
            for (int k = 0; k < SUM_COUNT; k++)
                s[k] += likelihood->chunks[c].sum[k];
        add_group(out, theta, group, s);
    }
    add_common(out, rows->customers, theta[1], theta[2]);
}
