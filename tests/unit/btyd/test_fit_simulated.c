/* test_fit_simulated.c: bases drawn from known parameters give them back. */
#include "btyd_data.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BASES = 1000, CUSTOMERS = 250, SPEND_MODEL = TN_PURCHASE_MODEL_COUNT };

typedef struct tally {
    int base; /* that is being fitted, for messages */
    int fitted;
    int ok;            /* with the verdict "ok" */
    int near;          /* of those, every parameter within 4 standard errors in its logarithm */
    int near_in_value; /* log-likelihood at most 20 above that of the truth: a chi-squared of 40 */
} tally;

static void expect_finite(const double *parameters, unsigned count, const tn_fit_report *report,
                          int base) {
    cr_assert(isfinite(report->log_likelihood), "base %d", base);
    for (unsigned i = 0; i < count; i++) {
        cr_assert(isfinite(parameters[i]) && parameters[i] > 0, "base %d", base);
        cr_assert(isfinite(report->standard_errors[i]), "base %d", base);
    }
}

/* Counts one fit; `truth_value` is the log-likelihood of the true parameters. */
static void count_fit(tally *counts, const double *got, const double *truth, unsigned count,
                      const tn_fit_report *report, double truth_value) {
    const double gain = report->log_likelihood - truth_value;
    expect_finite(got, count, report, counts->base);
    counts->fitted++;
    cr_expect_geq(gain, -1e-6, "base %d: the truth is more likely than the fit", counts->base);
    counts->near_in_value += gain < 20;
    if (report->at_boundary || !report->converged) return;
    bool is_near = true;
    for (unsigned i = 0; i < count; i++)
        is_near =
            is_near && fabs(log(got[i] / truth[i])) <= 4 * report->standard_errors[i] / got[i];
    counts->ok++;
    counts->near += is_near;
}

static void fit_purchases(tn_rng *rng, tn_purchase_model model, tally *counts, int base) {
    static tn_summary rows[CUSTOMERS];
    const tn_purchase_parameters truth = {
        .model = model,
        .p = {draw_between(rng, .2, 3), draw_between(rng, 2, 20), draw_between(rng, .3, 3),
              model == TN_PARETO_NBD ? draw_between(rng, 5, 60) : draw_between(rng, .5, 10)}};
    for (int i = 0; i < CUSTOMERS; i++)
        rows[i] = draw_customer(rng, &truth, 20 + 60 * tn_rng_unit(rng));
    tn_purchase_fit_result result;
    double truth_value;
    cr_assert_eq(tn_purchase_fit(model, rows, CUSTOMERS, NULL, &result, NULL), TN_OK, "base %d",
                 base);
    cr_assert_eq(tn_purchase_log_likelihood(&truth, rows, CUSTOMERS, &truth_value, NULL), TN_OK);
    count_fit(counts, result.parameters.p, truth.p, TN_PURCHASE_PARAMETERS_MAX, &result.report,
              truth_value);
}

static void fit_spend(tn_rng *rng, tally *counts, int base) {
    static tn_summary rows[CUSTOMERS];
    const tn_spend_parameters truth = {
        .model = TN_SPEND_GAMMA_GAMMA,
        .p = {draw_between(rng, .5, 20), draw_between(rng, 1.5, 10), draw_between(rng, 1, 1000)}};
    for (int i = 0; i < CUSTOMERS; i++) {
        const double x = 1 + (double)tn_rng_below(rng, 9);
        rows[i] =
            (tn_summary){.x = x, .t_x = 1, .T = 9, .m = draw_spend(rng, &truth, x), .weight = 1};
    }
    tn_spend_fit_result result;
    double truth_value;
    cr_assert_eq(tn_spend_fit(TN_SPEND_GAMMA_GAMMA, rows, CUSTOMERS, NULL, &result, NULL), TN_OK,
                 "base %d", base);
    cr_assert_eq(tn_spend_log_likelihood(&truth, rows, CUSTOMERS, &truth_value, NULL), TN_OK);
    count_fit(counts, result.parameters.p, truth.p, TN_SPEND_PARAMETERS_MAX, &result.report,
              truth_value);
}

Test(fit_simulated, a_thousand_bases_give_their_parameters_back, .timeout = 300) {
    const uint64_t seed = 71;
    tally tallies[SPEND_MODEL + 1] = {{0}};
    tn_rng rng;
    tn_rng_init(&rng, seed);
    for (int base = 0; base < BASES; base++) {
        const int model = base % (SPEND_MODEL + 1);
        tallies[model].base = base;
        if (model == SPEND_MODEL)
            fit_spend(&rng, &tallies[model], base);
        else
            fit_purchases(&rng, (tn_purchase_model)model, &tallies[model], base);
    }
    for (int model = 0; model <= SPEND_MODEL; model++) {
        const tally *t = &tallies[model];
        printf(
            "seed %llu %s: %d bases, %d ok, %d of them near the truth\n", (unsigned long long)seed,
            model == SPEND_MODEL ? "gamma_gamma" : tn_purchase_model_name((tn_purchase_model)model),
            t->fitted, t->ok, t->near);
        cr_expect_eq(t->fitted, BASES / (SPEND_MODEL + 1));
        cr_expect_eq(t->near_in_value, t->fitted);
        cr_expect_geq(t->ok, t->fitted / 2);
        cr_expect_geq(t->near, 9 * t->ok / 10);
    }
}

Test(fit_simulated, bases_of_wild_parameters_never_break_a_fit, .timeout = 300) {
    enum { WILD = 300, N = 120 };
    const uint64_t seed = 72;
    static tn_summary rows[N];
    tn_rng rng;
    tn_rng_init(&rng, seed);
    for (int base = 0; base < WILD; base++) {
        const tn_purchase_model drawn = (tn_purchase_model)(base % TN_PURCHASE_MODEL_COUNT);
        const tn_purchase_model fitted =
            (tn_purchase_model)(base / TN_PURCHASE_MODEL_COUNT % TN_PURCHASE_MODEL_COUNT);
        const tn_purchase_parameters truth = {
            .model = drawn,
            .p = {draw_between(&rng, .01, 100), draw_between(&rng, .1, 1000),
                  draw_between(&rng, .001, 100), draw_between(&rng, .01, 100)}};
        const size_t n = 1 + tn_rng_below(&rng, N);
        for (size_t i = 0; i < n; i++)
            rows[i] = draw_customer(&rng, &truth, draw_between(&rng, .5, 500));
        tn_purchase_fit_result result;
        cr_assert_eq(tn_purchase_fit(fitted, rows, n, NULL, &result, NULL), TN_OK, "base %d", base);
        expect_finite(result.parameters.p, 4, &result.report, base);
        cr_expect(tn_purchase_parameters_valid(&result.parameters), "base %d", base);
    }
}
