/* fit.c: maximum likelihood of the purchase models, and what can be said about the result.
 *
 * The data of a large base are first fitted on a sample of some ten thousand customers, drawn by
 * the content of the rows; its optimum lies within a Newton step or two of the full one. An optimum
 * at the edge of the parameter space is tried again from other starts before it is believed. */
#include "btyd/fit_likelihood.h"
#include "btyd/fit_verdict.h"

#include "base/error.h"

#include <math.h>
#include <string.h>
#include <tenure/btyd.h>

static const double sample_customers = 30000;
static const double sample_worth = 4;  /* samples in the distinct rows of a base worth sampling */
static const double shape_range = 1e8; /* r, a, b, s lie within its inverse and it */
static const double scale_range = 1e9; /* alpha, beta: the same, times the mean T */
static const double parameter_range = 1e12;
enum { STARTS = 3, ITERATIONS_MAX = 200 };

/* r a b and s of each start; r/alpha is the data's rate, b of MBG/NBD and beta follow. */
static const struct {
    double r;
    double a;
    double b;
    double s;
    double beta; /* in mean T */
} starts[STARTS] = {{0.5, 0.8, 2.5, 0.6, 0.4}, {2, 0.1, 1, 0.1, 1}, {0.1, 4, 20, 3, 10}};

static tn_newton_function *likelihood_of(tn_purchase_model model) {
    return model == TN_PARETO_NBD ? tn_pareto_likelihood : tn_beta_likelihood;
}

/* ---- where to look -------------------------------------------------------------------------- */

static bool is_scale(tn_purchase_model model, unsigned index) {
    return index == 1 || (model == TN_PARETO_NBD && index == 3);
}

static double mean_age(const tn_fit_rows *rows) {
    const double mean = rows->second_total / rows->customers;
    return mean > 0 ? mean : 1;
}

static void problem_init(tn_newton_problem *problem, tn_purchase_model model,
                         tn_likelihood *likelihood, unsigned iterations_max) {
    const double age = mean_age(likelihood->rows);
    memset(problem, 0, sizeof *problem);
    problem->count = TN_PURCHASE_PARAMETERS_MAX;
    problem->function = likelihood_of(model);
    problem->context = likelihood;
    problem->iterations_max = iterations_max > 0 ? iterations_max : ITERATIONS_MAX;
    for (unsigned i = 0; i < TN_PURCHASE_PARAMETERS_MAX; i++) {
        const double unit = is_scale(model, i) ? age : 1;
        const double range = is_scale(model, i) ? scale_range : shape_range;
        problem->low[i] = log(fmax(unit / range, 1 / parameter_range));
        problem->high[i] = log(fmin(unit * range, parameter_range));
    }
    likelihood->first_toss = model == TN_MBG_NBD ? 1 : 0;
}

static void start_from_data(tn_purchase_model model, const tn_fit_rows *rows, unsigned number,
                            tn_newton_result *result) {
    const double age = mean_age(rows);
    const double rate = fmax(rows->repeats / rows->customers, 1e-6) / age;
    const double third = model == TN_PARETO_NBD ? starts[number].s : starts[number].a;
    const double fourth = model == TN_PARETO_NBD ? starts[number].beta * age : starts[number].b;
    const double theta[TN_PURCHASE_PARAMETERS_MAX] = {starts[number].r,
                                                      0.6 * starts[number].r / rate, third, fourth};
    for (unsigned i = 0; i < TN_PURCHASE_PARAMETERS_MAX; i++)
        result->phi[i] = log(theta[i]);
}

static bool start_is_usable(const double *start) {
    for (unsigned i = 0; i < TN_PURCHASE_PARAMETERS_MAX; i++)
        if (!(start[i] > 0 && isfinite(start[i]))) return false;
    return true;
}

/* ---- the search ----------------------------------------------------------------------------- */

/* The optimum from one start, replacing *best if it is higher. */
static void search_from(const tn_newton_problem *problem, tn_newton_result *best,
                        tn_newton_result *start) {
    tn_newton_maximize(problem, start);
    const unsigned iterations = best->iterations + start->iterations;
    if (tn_newton_is_better(start, best)) *best = *start;
    best->iterations = iterations;
}

static void search(tn_purchase_model model, const tn_newton_problem *problem,
                   const tn_fit_rows *rows, tn_newton_result *best) {
    tn_newton_result first = *best;
    best->converged = false;
    best->iterations = 0;
    best->at.value = -HUGE_VAL;
    search_from(problem, best, &first);
    for (unsigned i = 0; i < STARTS; i++) {
        if (best->converged && !tn_verdict_is_at_edge(model, best)) return;
        tn_newton_result other;
        start_from_data(model, rows, i, &other);
        search_from(problem, best, &other);
    }
}

/* Where to start on the whole base: the optimum of a sample. */
static tn_status search_sample(tn_purchase_model model, const tn_fit_records *records,
                               double stride, const tn_fit_options *options,
                               tn_newton_result *result) {
    tn_fit_rows rows;
    tn_likelihood likelihood = {0};
    TN_TRY(tn_fit_rows_init(&rows, TN_FIT_PURCHASES, records, stride));
    tn_status status = tn_likelihood_init(&likelihood, &rows, options->parallel);
    if (status == TN_OK) {
        tn_newton_problem problem;
        problem_init(&problem, model, &likelihood, 0);
        search(model, &problem, &rows, result);
        tn_likelihood_deinit(&likelihood);
    }
    tn_fit_rows_deinit(&rows);
    return status;
}

/* The highest log-likelihood without dropout, from the fitted r and alpha. */
static double value_without_dropout(const tn_newton_problem *fitted,
                                    const tn_newton_result *result) {
    tn_newton_problem problem = *fitted;
    tn_newton_result nbd = *result;
    problem.count = 2;
    problem.function = tn_nbd_likelihood;
    problem.iterations_max = ITERATIONS_MAX;
    tn_newton_maximize(&problem, &nbd);
    return nbd.at.value;
}

static void report_fill(tn_purchase_model model, const tn_newton_problem *problem,
                        const tn_newton_result *best, const tn_fit_rows *rows,
                        tn_purchase_fit_result *out) {
    memset(out, 0, sizeof *out);
    out->parameters.model = model;
    for (unsigned i = 0; i < TN_PURCHASE_PARAMETERS_MAX; i++) {
        out->parameters.p[i] = best->theta[i];
        out->report.standard_errors[i] = best->standard_errors[i];
    }
    out->report.log_likelihood = best->at.value;
    out->report.customers = rows->customers;
    out->report.iterations = best->iterations;
    out->report.converged = best->converged;
    const double without =
        tn_verdict_needs_dropout_test(best) ? value_without_dropout(problem, best) : -HUGE_VAL;
    tn_verdict_of_purchases(model, best, rows->repeats, best->at.value - without, &out->report);
}

static tn_status fit_records(tn_purchase_model model, const tn_fit_records *records,
                             const tn_fit_options *options, tn_purchase_fit_result *out) {
    tn_fit_rows rows;
    tn_likelihood likelihood = {0};
    tn_newton_problem problem;
    tn_newton_result best = {0};
    TN_TRY(tn_fit_rows_init(&rows, TN_FIT_PURCHASES, records, 1));
    tn_status status = tn_likelihood_init(&likelihood, &rows, options->parallel);
    if (status != TN_OK) goto out;
    problem_init(&problem, model, &likelihood, options->iterations_max);
    start_from_data(model, &rows, 0, &best);
    if (options->start != NULL)
        for (unsigned i = 0; i < TN_PURCHASE_PARAMETERS_MAX; i++)
            best.phi[i] = log(options->start[i]);
    if ((double)rows.count > sample_worth * sample_customers)
        status =
            search_sample(model, records, floor(rows.customers / sample_customers), options, &best);
    if (status != TN_OK) goto out;
    search(model, &problem, &rows, &best);
    if (best.at.value > -HUGE_VAL)
        report_fill(model, &problem, &best, &rows, out);
    else
        status = TN_BAD_ARGUMENT;
out:
    tn_likelihood_deinit(&likelihood);
    tn_fit_rows_deinit(&rows);
    return status;
}

tn_status tn_purchase_fit(tn_purchase_model model, const tn_summary *rows, size_t n,
                          const tn_fit_options *options, tn_purchase_fit_result *result,
                          tn_error *error) {
    const tn_fit_options none = {0};
    if (options == NULL) options = &none;
    if (tn_purchase_model_name(model) == NULL)
        return tn_fail(error, TN_BAD_ARGUMENT, "no such purchase model");
    if (options->start != NULL && !start_is_usable(options->start))
        return tn_fail(error, TN_BAD_ARGUMENT, "starting parameters must be above 0");
    tn_fit_records records;
    TN_TRY(tn_fit_records_init(&records, TN_FIT_PURCHASES, rows, n, options->heap, error));
    tn_status status = TN_OK;
    if (records.count == 0)
        status = tn_fail(error, TN_BAD_ARGUMENT, "there is no customer to fit a model to");
    else
        status = fit_records(model, &records, options, result);
    if (status == TN_OUT_OF_MEMORY) tn_fail_memory(error);
    if (status == TN_BAD_ARGUMENT && records.count > 0)
        tn_fail(error, status, "these rows have no finite likelihood under %s",
                tn_purchase_model_name(model));
    tn_fit_records_deinit(&records);
    return status;
}

/* ---- at given parameters -------------------------------------------------------------------- */

static tn_status likelihood_at(tn_fit_kind kind, tn_newton_function *function, double first_toss,
                               const double *theta, const tn_fit_records *records,
                               tn_derivatives *out) {
    tn_fit_rows rows;
    tn_likelihood likelihood = {0};
    TN_TRY(tn_fit_rows_init(&rows, kind, records, 1));
    const tn_status status = tn_likelihood_init(&likelihood, &rows, NULL);
    if (status == TN_OK) {
        likelihood.first_toss = first_toss;
        memset(out, 0, sizeof *out);
        function(&likelihood, theta, out);
        tn_likelihood_deinit(&likelihood);
    }
    tn_fit_rows_deinit(&rows);
    return status;
}

tn_status tn_purchase_log_likelihood(const tn_purchase_parameters *parameters,
                                     const tn_summary *rows, size_t n, double *log_likelihood,
                                     double gradient[TN_PURCHASE_PARAMETERS_MAX]) {
    TN_TRY(tn_purchase_parameters_check(parameters, NULL));
    tn_fit_records records;
    tn_derivatives at;
    TN_TRY(tn_fit_records_init(&records, TN_FIT_PURCHASES, rows, n, NULL, NULL));
    const tn_status status =
        likelihood_at(TN_FIT_PURCHASES, likelihood_of(parameters->model),
                      parameters->model == TN_MBG_NBD ? 1 : 0, parameters->p, &records, &at);
    tn_fit_records_deinit(&records);
    TN_TRY(status);
    *log_likelihood = at.value;
    if (gradient != NULL) memcpy(gradient, at.gradient, sizeof at.gradient);
    return TN_OK;
}

tn_status tn_spend_log_likelihood(const tn_spend_parameters *parameters, const tn_summary *rows,
                                  size_t n, double *log_likelihood,
                                  double gradient[TN_SPEND_PARAMETERS_MAX]) {
    TN_TRY(tn_spend_parameters_check(parameters, NULL));
    if (parameters->model != TN_SPEND_GAMMA_GAMMA) return TN_BAD_ARGUMENT;
    tn_fit_records records;
    tn_derivatives at;
    TN_TRY(tn_fit_records_init(&records, TN_FIT_SPEND, rows, n, NULL, NULL));
    const tn_status status =
        likelihood_at(TN_FIT_SPEND, tn_gamma_gamma_likelihood, 0, parameters->p, &records, &at);
    tn_fit_records_deinit(&records);
    TN_TRY(status);
    *log_likelihood = at.value;
    if (gradient != NULL) memcpy(gradient, at.gradient, TN_SPEND_PARAMETERS_MAX * sizeof *gradient);
    return TN_OK;
}
