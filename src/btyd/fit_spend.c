/* fit_spend.c: maximum likelihood of the spend models. */
#include "btyd/fit_likelihood.h"
#include "btyd/fit_verdict.h"

#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <tenure/btyd.h>

static const double shape_range = 1e8;    /* p lies within its inverse and it */
static const double scale_range = 1e9;    /* v: the same, times the mean spend */
static const double q_above_1_min = 1e-4; /* q - 1 is at least this */
static const double parameter_range = 1e12;
enum { STARTS = 2, ITERATIONS_MAX = 200 };

/* p and q of each start; v follows from the mean. */
static const double starts[STARTS][2] = {{5, 4}, {1, 2}};

static void problem_init(tn_newton_problem *problem, tn_likelihood *likelihood, double mean,
                         unsigned iterations_max) {
    memset(problem, 0, sizeof *problem);
    problem->count = TN_SPEND_PARAMETERS_MAX;
    problem->function = tn_gamma_gamma_likelihood;
    problem->context = likelihood;
    problem->iterations_max = iterations_max > 0 ? iterations_max : ITERATIONS_MAX;
    problem->above[1] = 1;
    problem->low[0] = -log(shape_range);
    problem->high[0] = log(shape_range);
    problem->low[1] = log(q_above_1_min);
    problem->high[1] = log(shape_range);
    problem->low[2] = log(fmax(mean / scale_range, 1 / parameter_range));
    problem->high[2] = log(fmin(mean * scale_range, parameter_range));
}

static void start_from(const double p, const double q, const double v, tn_newton_result *start) {
    start->phi[0] = log(p);
    start->phi[1] = log(fmax(q - 1, q_above_1_min));
    start->phi[2] = log(v);
}

static void search(const tn_newton_problem *problem, double mean, const double *given,
                   tn_newton_result *best) {
    memset(best, 0, sizeof *best);
    best->at.value = -HUGE_VAL;
    for (unsigned i = 0; i <= STARTS && !best->converged; i++) {
        tn_newton_result start = {0};
        if (i > 0)
            start_from(starts[i - 1][0], starts[i - 1][1],
                       mean * (starts[i - 1][1] - 1) / starts[i - 1][0], &start);
        else if (given != NULL)
            start_from(given[0], given[1], given[2], &start);
        else
            continue;
        tn_newton_maximize(problem, &start);
        const unsigned iterations = best->iterations + start.iterations;
        if (tn_newton_is_better(&start, best)) *best = start;
        best->iterations = iterations;
    }
}

static tn_status fit_gamma_gamma(const tn_fit_records *records, const tn_fit_options *options,
                                 tn_spend_fit_result *out) {
    tn_fit_rows rows;
    tn_likelihood likelihood = {0};
    tn_newton_problem problem;
    tn_newton_result best;
    TN_TRY(tn_fit_rows_init(&rows, TN_FIT_SPEND, records, 1));
    tn_status status = tn_likelihood_init(&likelihood, &rows, options->parallel);
    if (status == TN_OK) {
        const double mean = rows.second_total / rows.customers;
        problem_init(&problem, &likelihood, mean, options->iterations_max);
        search(&problem, mean, options->start, &best);
        for (unsigned i = 0; i < TN_SPEND_PARAMETERS_MAX; i++) {
            out->parameters.p[i] = best.theta[i];
            out->report.standard_errors[i] = best.standard_errors[i];
        }
        out->report.log_likelihood = best.at.value;
        out->report.customers = rows.customers;
        out->report.iterations = best.iterations;
        out->report.converged = best.converged;
        tn_verdict_of_spend(&best, &out->report);
        if (!(best.at.value > -HUGE_VAL)) status = TN_BAD_ARGUMENT;
        tn_likelihood_deinit(&likelihood);
    }
    tn_fit_rows_deinit(&rows);
    return status;
}

/* The mean of m over x > 0: over the records, which have m > 0, and the rows with m = 0. */
static double mean_of_repeaters(const tn_fit_records *records, const tn_summary *rows, size_t n,
                                double *repeaters) {
    double customers = 0;
    double money = 0;
    for (size_t i = 0; i < records->count; i++) {
        customers += records->data[i].weight;
        money += records->data[i].weight * records->data[i].first;
    }
    for (size_t i = 0; i < n; i++)
        if (rows[i].x > 0 && !(rows[i].m > 0)) customers += rows[i].weight;
    *repeaters = customers;
    return customers > 0 ? money / customers : 0;
}

static tn_status fit_records(tn_spend_model model, const tn_fit_records *records,
                             const tn_fit_options *options, tn_spend_fit_result *out,
                             tn_error *error) {
    if (out->report.customers == 0)
        return tn_fail(error, TN_BAD_ARGUMENT,
                       "there is no customer with a repeat purchase to fit a spend model to");
    out->report.converged = true;
    snprintf(out->report.verdict, sizeof out->report.verdict, "ok");
    if (model == TN_SPEND_MEAN) return TN_OK;
    if (records->count == 0)
        return tn_fail(error, TN_BAD_ARGUMENT,
                       "there is no customer with a repeat purchase above 0 to fit to");
    const tn_status status = fit_gamma_gamma(records, options, out);
    if (status == TN_OUT_OF_MEMORY) tn_fail_memory(error);
    if (status == TN_BAD_ARGUMENT)
        tn_fail(error, status, "these rows have no finite likelihood under gamma_gamma");
    return status;
}

static bool start_is_usable(const double *start) {
    for (unsigned i = 0; i < TN_SPEND_PARAMETERS_MAX; i++)
        if (!(start[i] > 0 && isfinite(start[i]))) return false;
    return start[1] > 1;
}

tn_status tn_spend_fit(tn_spend_model model, const tn_summary *rows, size_t n,
                       const tn_fit_options *options, tn_spend_fit_result *result,
                       tn_error *error) {
    const tn_fit_options none = {0};
    if (options == NULL) options = &none;
    tn_spend_fit_result out = {.parameters = {.model = model}, .report = {.converged = true}};
    if (tn_spend_model_name(model) == NULL)
        return tn_fail(error, TN_BAD_ARGUMENT, "no such spend model");
    if (model == TN_SPEND_GAMMA_GAMMA && options->start != NULL && !start_is_usable(options->start))
        return tn_fail(error, TN_BAD_ARGUMENT, "starting parameters need p > 0, q > 1, v > 0");
    if (model != TN_SPEND_NONE) {
        tn_fit_records records;
        TN_TRY(tn_fit_records_init(&records, TN_FIT_SPEND, rows, n, options->heap, error));
        out.parameters.mean_of_repeaters =
            mean_of_repeaters(&records, rows, n, &out.report.customers);
        const tn_status status = fit_records(model, &records, options, &out, error);
        tn_fit_records_deinit(&records);
        TN_TRY(status);
    } else {
        snprintf(out.report.verdict, sizeof out.report.verdict, "ok");
    }
    *result = out;
    return TN_OK;
}
