/* fit_newton.h: maximises a smooth function of up to four positive parameters. */
#ifndef TN_BTYD_FIT_NEWTON_H
#define TN_BTYD_FIT_NEWTON_H

#include <stdbool.h>

enum { TN_NEWTON_MAX = 4 };

/* A value with its first and second derivatives; only hessian[i][j] with i <= j is meant when a
 * function fills it. */
typedef struct tn_derivatives {
    double value;
    double gradient[TN_NEWTON_MAX];
    double hessian[TN_NEWTON_MAX][TN_NEWTON_MAX];
} tn_derivatives;

typedef void tn_newton_function(void *context, const double *theta, tn_derivatives *out);

/* theta[i] = above[i] + exp(phi[i]), with phi in [low[i], high[i]]: Newton works on phi. */
typedef struct tn_newton_problem {
    unsigned count; /* parameters */
    tn_newton_function *function;
    void *context;
    double above[TN_NEWTON_MAX];
    double low[TN_NEWTON_MAX];
    double high[TN_NEWTON_MAX];
    unsigned iterations_max;
} tn_newton_problem;

typedef struct tn_newton_result {
    double phi[TN_NEWTON_MAX]; /* in: where to start */
    double theta[TN_NEWTON_MAX];
    tn_derivatives at;                     /* at theta, by phi */
    double standard_errors[TN_NEWTON_MAX]; /* of theta; 0 where the curvature gives none */
    unsigned iterations;
    bool converged;
    bool is_low[TN_NEWTON_MAX];  /* phi ended at its lower bound */
    bool is_high[TN_NEWTON_MAX]; /* phi ended at its upper bound */
} tn_newton_result;

/* Newton with the eigenvalues of the Hessian made negative, a step of at most 2 in each phi,
 * halving until the value rises, and bounds as an active set. Deterministic; ends after
 * iterations_max steps at the latest. Never yields a NaN: a point whose value is not finite is
 * refused like one that is lower. A start whose value is not finite ends the search at once with
 * the value -HUGE_VAL. */
void tn_newton_maximize(const tn_newton_problem *problem, tn_newton_result *result);

/* Whether `result` is to be preferred to `best`: a converged search to one that is not, then the
 * higher value. A gain that is only rounding does not unseat an earlier start. */
bool tn_newton_is_better(const tn_newton_result *result, const tn_newton_result *best);

#endif
