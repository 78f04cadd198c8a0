/* fit_verdict.c: the edges of the parameter space and their meaning. Most say that customers do not
 * differ (two parameters grow together), or that dropout cannot be told from the data. */
#include "btyd/fit_verdict.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static const double tiny = 1e-5; /* a shape below or above these is at the edge */
static const double huge = 1e4;
/* Half the 95 % point of chi-squared with one degree of freedom, halved at the boundary: a smaller
 * gain in log-likelihood is no evidence of dropout (Self and Liang 1987, case 5). */
static const double gain_convincing = 1.3528;
/* A standard error of log a below this leaves no doubt that there is dropout. */
static const double relative_error_fine = 0.4;

static void say(tn_fit_report *report, const char *format, ...) TN_PRINTF(2, 3);

static void say(tn_fit_report *report, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(report->verdict, sizeof report->verdict, format, arguments);
    va_end(arguments);
}

static bool is_tiny(const tn_newton_result *result, unsigned index) {
    return result->is_low[index] || result->theta[index] < tiny;
}

static bool is_huge(const tn_newton_result *result, unsigned index) {
    return result->is_high[index] || result->theta[index] > huge;
}

bool tn_verdict_is_at_edge(tn_purchase_model model, const tn_newton_result *result) {
    const bool is_pareto = model == TN_PARETO_NBD;
    bool at_edge = is_tiny(result, 0) || is_huge(result, 0) || is_tiny(result, 2) ||
                   is_huge(result, 2) || result->is_low[1] || result->is_high[1];
    at_edge = at_edge || (is_pareto ? result->is_low[3] || result->is_high[3]
                                    : is_tiny(result, 3) || is_huge(result, 3));
    return at_edge;
}

bool tn_verdict_needs_dropout_test(const tn_newton_result *result) {
    return !(result->standard_errors[2] > 0 &&
             result->standard_errors[2] <= relative_error_fine * result->theta[2]);
}

/* The sentence about an edge other than missing dropout. */
static void say_edge(tn_purchase_model model, const tn_newton_result *result,
                     tn_fit_report *report) {
    const bool is_pareto = model == TN_PARETO_NBD;
    if (is_huge(result, 0) || result->is_high[1])
        say(report, "r and alpha grow without bound: customers do not differ in how often they "
                    "buy, or there are too few of them to tell");
    else if (is_huge(result, 2))
        say(report,
            "%s without bound: customers do not differ in how soon they leave, or there are too "
            "few of them to tell",
            is_pareto ? "s and beta grow" : "a grows");
    else if (!is_pareto && is_huge(result, 3))
        say(report, "b grows without bound: dropout is so rare that its spread is not determined");
    else if (!is_pareto && is_tiny(result, 3))
        say(report, "b falls towards 0: every customer either leaves at once or never");
    else if (is_tiny(result, 0))
        say(report, "r falls towards 0: nearly all purchases come from very few customers");
    else
        say(report, "a parameter reached the edge of its range: the data do not determine it");
}

void tn_verdict_of_purchases(tn_purchase_model model, const tn_newton_result *result,
                             double repeats, double dropout_gain, tn_fit_report *report) {
    const char *name = tn_purchase_parameter_name(model, 2);
    report->at_boundary = true;
    if (repeats == 0)
        say(report, "nobody bought a second time: the data determine none of the parameters");
    else if (!result->converged)
        say(report, "the search for a maximum did not end: do not rely on these parameters");
    else if (dropout_gain < gain_convincing)
        say(report,
            "dropout is not identified by the data (%s = %.4g): a model in which nobody ever "
            "leaves is as likely (log-likelihood lower by %.3g only), so P(alive) says little",
            name, result->theta[2], fmax(dropout_gain, 0));
    else if (tn_verdict_is_at_edge(model, result))
        say_edge(model, result, report);
    else {
        report->at_boundary = false;
        say(report, "ok");
    }
    if (!result->converged && repeats > 0)
        report->at_boundary = tn_verdict_is_at_edge(model, result);
}

void tn_verdict_of_spend(const tn_newton_result *result, tn_fit_report *report) {
    report->at_boundary = true;
    if (result->is_low[1])
        say(report,
            "q reached its lower bound of %.4f, below which the population has no mean spend: "
            "expected spend of customers without a repeat purchase is not determined",
            result->theta[1]);
    else if (is_huge(result, 0))
        say(report, "p grows without bound: a customer's purchases hardly vary in value");
    else if (is_huge(result, 1) || result->is_high[2])
        say(report, "q and v grow without bound: customers do not differ in spend, or there are "
                    "too few of them to tell");
    else if (is_tiny(result, 0) || result->is_low[2])
        say(report, "a parameter reached the edge of its range: the data do not determine it");
    else {
        report->at_boundary = false;
        say(report, "ok");
    }
    if (!result->converged)
        say(report, "the search for a maximum did not end: do not rely on these parameters");
}
