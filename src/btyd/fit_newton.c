/* fit_newton.c: the eigenvectors of a 4 x 4 Hessian (Jacobi's rotations) tell a direction that the
 * data determine from one they do not; both get the step that fits their curvature. */
#include "btyd/fit_newton.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const double step_max = 2;            /* in each phi */
static const double step_enough = 1e-6;      /* of every phi, */
static const double gain_enough = 1e-8;      /* and a predicted gain that end the search */
static const double standard_error_max = 30; /* of a phi: more is not determined */

typedef struct eigen {
    double value[TN_NEWTON_MAX];
    double vector[TN_NEWTON_MAX][TN_NEWTON_MAX]; /* vector[i][k]: component i of vector k */
} eigen;

static void rotate(double m[TN_NEWTON_MAX][TN_NEWTON_MAX], eigen *e, unsigned n, unsigned p,
                   unsigned q) {
    const double theta = (m[q][q] - m[p][p]) / (2 * m[p][q]);
    const double t = copysign(1, theta) / (fabs(theta) + sqrt(theta * theta + 1));
    const double c = 1 / sqrt(t * t + 1);
    const double s = t * c;
    for (unsigned k = 0; k < n; k++) {
        const double kp = m[k][p];
        const double kq = m[k][q];
        m[k][p] = c * kp - s * kq;
        m[k][q] = s * kp + c * kq;
    }
    for (unsigned k = 0; k < n; k++) {
        const double pk = m[p][k];
        const double qk = m[q][k];
        m[p][k] = c * pk - s * qk;
        m[q][k] = s * pk + c * qk;
        const double vp = e->vector[k][p];
        const double vq = e->vector[k][q];
        e->vector[k][p] = c * vp - s * vq;
        e->vector[k][q] = s * vp + c * vq;
    }
}

static double off_diagonal(double m[TN_NEWTON_MAX][TN_NEWTON_MAX], unsigned n) {
    double sum = 0;
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = i + 1; j < n; j++)
            sum += fabs(m[i][j]);
    return sum;
}

/* Destroys m, which is symmetric. */
static void eigen_of(double m[TN_NEWTON_MAX][TN_NEWTON_MAX], unsigned n, eigen *e) {
    const int sweeps_max = 50;
    memset(e, 0, sizeof *e);
    for (unsigned i = 0; i < n; i++)
        e->vector[i][i] = 1;
    for (int sweep = 0; sweep < sweeps_max && off_diagonal(m, n) > 0; sweep++)
        for (unsigned p = 0; p < n; p++)
            for (unsigned q = p + 1; q < n; q++)
                if (fabs(m[p][q]) > DBL_MIN)
                    rotate(m, e, n, p, q);
                else
                    m[p][q] = m[q][p] = 0;
    for (unsigned i = 0; i < n; i++)
        e->value[i] = m[i][i];
}

static bool is_finite(const tn_derivatives *d, unsigned n) {
    bool finite = isfinite(d->value);
    for (unsigned i = 0; i < n; i++) {
        finite = finite && isfinite(d->gradient[i]);
        for (unsigned j = i; j < n; j++)
            finite = finite && isfinite(d->hessian[i][j]);
    }
    return finite;
}

/* The function and its derivatives by phi: d theta/d phi = theta - above. */
static bool evaluate(const tn_newton_problem *problem, const double *phi, double *theta,
                     tn_derivatives *out) {
    const unsigned n = problem->count;
    double slope[TN_NEWTON_MAX];
    for (unsigned i = 0; i < n; i++) {
        slope[i] = exp(phi[i]);
        theta[i] = problem->above[i] + slope[i];
    }
    memset(out, 0, sizeof *out);
    problem->function(problem->context, theta, out);
    for (unsigned i = 0; i < n; i++) {
        out->gradient[i] *= slope[i];
        for (unsigned j = i; j < n; j++) {
            out->hessian[i][j] *= slope[i] * slope[j];
            if (i == j) out->hessian[i][i] += out->gradient[i];
            out->hessian[j][i] = out->hessian[i][j];
        }
    }
    return is_finite(out, n);
}

/* The parameters that may move: not those at a bound that the gradient pushes against. */
static unsigned free_parameters(const tn_newton_problem *problem, tn_newton_result *result,
                                unsigned *index) {
    unsigned count = 0;
    for (unsigned i = 0; i < problem->count; i++) {
        const double g = result->at.gradient[i];
        result->is_low[i] = result->phi[i] <= problem->low[i] && g <= 0;
        result->is_high[i] = result->phi[i] >= problem->high[i] && g >= 0;
        if (!result->is_low[i] && !result->is_high[i]) index[count++] = i;
    }
    return count;
}

/* The negative Hessian of the free parameters. */
static void curvature_of(const tn_derivatives *at, const unsigned *index, unsigned count,
                         eigen *e) {
    double m[TN_NEWTON_MAX][TN_NEWTON_MAX] = {{0}};
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j < count; j++)
            m[i][j] = -at->hessian[index[i]][index[j]];
    eigen_of(m, count, e);
}

static double longest_of(const double *step) {
    double longest = 0;
    for (unsigned i = 0; i < TN_NEWTON_MAX; i++)
        longest = fmax(longest, fabs(step[i]));
    return longest;
}

/* Fills the step and returns the gain that the quadratic model predicts for it. */
static double newton_step(const tn_newton_problem *problem, tn_newton_result *result,
                          double *step) {
    unsigned index[TN_NEWTON_MAX] = {0};
    const unsigned count = free_parameters(problem, result, index);
    eigen e;
    memset(step, 0, TN_NEWTON_MAX * sizeof *step);
    curvature_of(&result->at, index, count, &e);
    double largest = 0;
    for (unsigned k = 0; k < count; k++)
        largest = fmax(largest, fabs(e.value[k]));
    double gain = 0;
    for (unsigned k = 0; k < count; k++) {
        double slope = 0;
        for (unsigned i = 0; i < count; i++)
            slope += e.vector[i][k] * result->at.gradient[index[i]];
        const double curvature = fmax(fabs(e.value[k]), fmax(1e-13 * largest, 1e-100));
        gain += 0.5 * slope * slope / curvature;
        for (unsigned i = 0; i < count; i++)
            step[index[i]] += e.vector[i][k] * slope / curvature;
    }
    const double longest = longest_of(step);
    if (longest > step_max)
        for (unsigned i = 0; i < problem->count; i++)
            step[i] *= step_max / longest;
    return gain;
}

/* Moves by share of the step, within the bounds, if the value is then at least `floor`. */
static bool try_move(const tn_newton_problem *problem, tn_newton_result *result, const double *step,
                     double share, double floor) {
    double phi[TN_NEWTON_MAX], theta[TN_NEWTON_MAX];
    tn_derivatives at;
    for (unsigned i = 0; i < problem->count; i++)
        phi[i] = fmin(fmax(result->phi[i] + share * step[i], problem->low[i]), problem->high[i]);
    if (!evaluate(problem, phi, theta, &at) || !(at.value >= floor)) return false;
    memcpy(result->phi, phi, sizeof result->phi);
    memcpy(result->theta, theta, sizeof result->theta);
    result->at = at;
    return true;
}

/* One step; true when the search is over. */
static bool advance(const tn_newton_problem *problem, tn_newton_result *result) {
    const int halvings_max = 40;
    double step[TN_NEWTON_MAX];
    const double value = result->at.value;
    const double noise = 8 * DBL_EPSILON * fabs(value);
    const double gain = newton_step(problem, result, step);
    if (gain <= gain_enough + noise) {
        /* The last step squares the error once more; the value no longer shows it. */
        if (longest_of(step) > step_enough)
            try_move(problem, result, step, 1, value - gain_enough - noise);
        result->converged = true;
        return true;
    }
    for (int i = 0; i < halvings_max; i++)
        if (try_move(problem, result, step, ldexp(1, -i), value + 1e-4 * noise)) return false;
    /* No rise along an ascent direction: the rest is rounding. */
    result->converged = gain <= 1e-4 + 1e3 * noise;
    return true;
}

static void standard_errors_of(const tn_newton_problem *problem, tn_newton_result *result) {
    unsigned index[TN_NEWTON_MAX] = {0};
    const unsigned count = free_parameters(problem, result, index);
    eigen e;
    curvature_of(&result->at, index, count, &e);
    for (unsigned i = 0; i < problem->count; i++)
        result->standard_errors[i] = 0;
    for (unsigned i = 0; i < count; i++) {
        double variance = 0;
        for (unsigned k = 0; k < count; k++)
            variance += e.value[k] > 0                ? e.vector[i][k] * e.vector[i][k] / e.value[k]
                        : fabs(e.vector[i][k]) > 1e-6 ? HUGE_VAL
                                                      : 0;
        const double of_phi = sqrt(variance);
        if (of_phi <= standard_error_max)
            result->standard_errors[index[i]] = of_phi * exp(result->phi[index[i]]);
    }
}

void tn_newton_maximize(const tn_newton_problem *problem, tn_newton_result *result) {
    result->iterations = 0;
    result->converged = false;
    for (unsigned i = 0; i < problem->count; i++)
        result->phi[i] = fmin(fmax(result->phi[i], problem->low[i]), problem->high[i]);
    bool is_over = !evaluate(problem, result->phi, result->theta, &result->at);
    while (!is_over && result->iterations < problem->iterations_max) {
        is_over = advance(problem, result);
        result->iterations++;
    }
    if (!is_finite(&result->at, problem->count)) {
        memset(&result->at, 0, sizeof result->at);
        result->at.value = -HUGE_VAL;
    }
    standard_errors_of(problem, result);
}

bool tn_newton_is_better(const tn_newton_result *result, const tn_newton_result *best) {
    const double rounding = 1e-6;
    if (result->converged != best->converged) return result->converged;
    return result->at.value > best->at.value + (best->at.value > -HUGE_VAL ? rounding : 0);
}
