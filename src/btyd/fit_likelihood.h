/* fit_likelihood.h: the log-likelihoods of the models with their first and second derivatives by
 * the parameters. */
#ifndef TN_BTYD_FIT_LIKELIHOOD_H
#define TN_BTYD_FIT_LIKELIHOOD_H

#include "btyd/fit_newton.h"
#include "btyd/fit_rows.h"

/* What the chunks add up on their own; sized for any of the models. */
enum { TN_LIKELIHOOD_SUMS = 15 };
typedef struct tn_likelihood_sums {
    double sum[TN_LIKELIHOOD_SUMS];
} tn_likelihood_sums;

typedef struct tn_likelihood {
    const tn_fit_rows *rows;
    const tn_parallel *parallel;
    tn_likelihood_sums *chunks; /* one for each chunk of the rows: room, not input */
    double first_toss;          /* BG/NBD 0, MBG/NBD 1 */
    const double *theta;        /* set for the duration of an evaluation */
} tn_likelihood;

/* `rows` and `parallel` are borrowed; TN_OUT_OF_MEMORY. */
tn_status tn_likelihood_init(tn_likelihood *likelihood, const tn_fit_rows *rows,
                             const tn_parallel *parallel) TN_MUST_CHECK;
void tn_likelihood_deinit(tn_likelihood *likelihood);

/* tn_newton_functions of a tn_likelihood; *out is zero when they are called. */
void tn_nbd_likelihood(void *context, const double *theta, tn_derivatives *out);  /* r alpha */
void tn_beta_likelihood(void *context, const double *theta, tn_derivatives *out); /* r alpha a b */
void tn_pareto_likelihood(void *context, const double *theta,
                          tn_derivatives *out); /* r alpha s beta */
void tn_gamma_gamma_likelihood(void *context, const double *theta, tn_derivatives *out); /* p q v */

#endif
