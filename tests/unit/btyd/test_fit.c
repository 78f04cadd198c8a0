/* test_fit.c: the published optima, derivatives by finite differences, awkward data, and the same
 * bits in any order and on any number of threads. */
#include "base/alloc.h"
#include "base/calendar.h"
#include "base/thread.h"
#include "btyd/fit_likelihood.h"
#include "btyd_data.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- real data ------------------------------------------------------------------------------ */

/* `tolerance` 0: only the log-likelihood counts, the optimum being flat. */
static void expect_fit(tn_purchase_model model, const tn_summary *rows, size_t n,
                       const double *want, double tolerance, double log_likelihood) {
    tn_purchase_fit_result result;
    tn_error error = {0};
    cr_assert_eq(tn_purchase_fit(model, rows, n, NULL, &result, &error), TN_OK, "%s",
                 error.message);
    for (unsigned i = 0; i < TN_PURCHASE_PARAMETERS_MAX; i++)
        cr_expect_leq(relative_error(result.parameters.p[i], want[i]), tolerance, "%s %s = %.12g",
                      tn_purchase_model_name(model), tn_purchase_parameter_name(model, i),
                      result.parameters.p[i]);
    cr_expect_geq(result.report.log_likelihood, log_likelihood - 1e-6);
    cr_expect_leq(result.report.log_likelihood, log_likelihood + 1e-5);
    cr_expect_eq(result.report.customers, (double)n);
    cr_expect(result.report.converged && !result.report.at_boundary);
    cr_expect_str_eq(result.report.verdict, "ok");
}

static void expect_spend_fit(const tn_summary *rows, size_t n, double customers, const double *want,
                             double tolerance, double log_likelihood) {
    tn_spend_fit_result result;
    cr_assert_eq(tn_spend_fit(TN_SPEND_GAMMA_GAMMA, rows, n, NULL, &result, NULL), TN_OK);
    for (unsigned i = 0; i < TN_SPEND_PARAMETERS_MAX; i++)
        cr_expect_leq(relative_error(result.parameters.p[i], want[i]), tolerance, "%s = %.12g",
                      tn_spend_parameter_name(TN_SPEND_GAMMA_GAMMA, i), result.parameters.p[i]);
    cr_expect_geq(result.report.log_likelihood, log_likelihood - 1e-6);
    cr_expect_leq(result.report.log_likelihood, log_likelihood + 1e-5);
    cr_expect_eq(result.report.customers, customers);
    cr_expect(result.report.converged && !result.report.at_boundary);
}

Test(fit, the_cdnow_sample_is_fitted_as_published) {
    data_file file;
    if (!data_file_read(&file, "cdnow/sample_summary_rounded.csv")) return;
    tn_summary *rows = data_summaries(&file);
    static const double bg[] = {.2425929072, 4.4135315612, .7928861481, 2.4257534365};
    static const double mbg[] = {.5248379837, 6.1829920197, .8913561553, 1.6139993347};
    static const double pareto[] = {.5532755087, 10.577612238, .6062135683, 11.667911227};
    static const double spend[] = {6.2488024897, 3.7445884533, 15.4477480095};
    expect_fit(TN_BG_NBD, rows, file.rows, bg, 1e-7, -9582.425560567);
    expect_fit(TN_MBG_NBD, rows, file.rows, mbg, 1e-7, -9582.132684900);
    expect_fit(TN_PARETO_NBD, rows, file.rows, pareto, 1e-6, -9594.973929827);
    expect_spend_fit(rows, file.rows, 946, spend, 1e-7, -4055.923243503);
    free(rows);
    data_file_release(&file);
}

Test(fit, the_cdnow_transactions_are_fitted_as_published) {
    size_t n;
    tn_summary *rows =
        data_transactions("cdnow/sample_transactions.csv", tn_days_from_civil(1997, 9, 30), &n);
    if (rows == NULL) return;
    cr_assert_eq(n, 2357);
    static const double bg[] = {.24259452, 4.41360202, .79292202, 2.42590678};
    static const double pareto[] = {.55327, 10.578, .60602, 11.664};
    static const double spend[] = {6.249572, 3.744225, 15.443521};
    expect_fit(TN_BG_NBD, rows, n, bg, 1e-6, -9582.429206674);
    expect_fit(TN_PARETO_NBD, rows, n, pareto, 1e-3, -9594.976181);
    expect_spend_fit(rows, n, 946, spend, 1e-4, -4055.917694802);
    free(rows);
}

Test(fit, the_whole_cdnow_base_is_fitted_as_published) {
    size_t n;
    tn_summary *rows =
        data_transactions("cdnow/transactions.csv", tn_days_from_civil(1997, 9, 30), &n);
    if (rows == NULL) return;
    cr_assert_eq(n, 23570);
    static const double bg[] = {.2516240, 4.7889452, .7234330, 2.1610870};
    static const double spend[] = {6.2753586, 3.6244502, 14.9836890};
    expect_fit(TN_BG_NBD, rows, n, bg, 1e-6, -95368.443933);
    tn_purchase_fit_result pareto;
    cr_assert_eq(tn_purchase_fit(TN_PARETO_NBD, rows, n, NULL, &pareto, NULL), TN_OK);
    cr_expect_leq(fabs(pareto.report.log_likelihood + 95415.118618), 1e-5);
    tn_spend_fit_result money;
    cr_assert_eq(tn_spend_fit(TN_SPEND_GAMMA_GAMMA, rows, n, NULL, &money, NULL), TN_OK);
    cr_expect_leq(relative_error(money.parameters.p[0], spend[0]), 1e-5);
    cr_expect_leq(relative_error(money.parameters.p[1], spend[1]), 1e-5);
    cr_expect_leq(relative_error(money.parameters.p[2], spend[2]), 1e-5);
    free(rows);
}

Test(fit, online_retail_ends_in_a_verdict_about_dropout) {
    data_file file;
    if (!data_file_read(&file, "online_retail/summary_weeks.csv")) return;
    tn_summary *rows = data_summaries(&file);
    for (tn_purchase_model model = TN_BG_NBD; model < TN_PURCHASE_MODEL_COUNT; model++) {
        tn_purchase_fit_result result;
        cr_assert_eq(tn_purchase_fit(model, rows, file.rows, NULL, &result, NULL), TN_OK);
        cr_expect(result.report.at_boundary);
        cr_expect(result.report.converged);
        cr_expect_not_null(strstr(result.report.verdict, "dropout is not identified"), "%s",
                           result.report.verdict);
        cr_expect(tn_purchase_parameters_valid(&result.parameters));
        if (model == TN_BG_NBD) {
            cr_expect_leq(fabs(result.parameters.p[2] - .0034), 1e-4);
            cr_expect_leq(fabs(result.report.log_likelihood + 37645.537648151), 1e-5);
        }
    }
    free(rows);
    data_file_release(&file);
}

/* ---- likelihoods ---------------------------------------------------------------------------- */

enum { MIXED_ROWS = 40 };

/* Rows of every kind: x = 0, large x, t_x = 0, t_x = T, T = 0, weights. */
static void mixed_rows(tn_summary *rows) {
    tn_rng rng;
    tn_rng_init(&rng, 61);
    for (int i = 0; i < MIXED_ROWS; i++) {
        const double T = i == 0 ? 0 : 60 * tn_rng_unit(&rng);
        const double x = i % 3 == 0 ? 0 : i == 7 ? 900 : (double)tn_rng_below(&rng, 12);
        rows[i] = (tn_summary){.x = x,
                               .t_x = x == 0 || i == 4 ? 0
                                      : i == 5         ? T
                                                       : T * tn_rng_unit(&rng),
                               .T = T,
                               .m = x > 0 ? 5 + 20 * tn_rng_unit(&rng) : 0,
                               .weight = 1 + (double)tn_rng_below(&rng, 3)};
    }
}

/* Each model's likelihood of one customer, as its paper writes it, in long double. */
static long double naive_beta(const double *p, double first_toss, const tn_summary *row) {
    const long double r = wide(p[0]), alpha = wide(p[1]), a = wide(p[2]), b = wide(p[3]);
    const long double x = wide(row->x), n = x + wide(first_toss);
    const long double T = wide(row->T), t_x = wide(row->t_x);
    const long double common = lgammal(r + x) - lgammal(r) + r * logl(alpha);
    const long double alive = lgammal(b + n) + lgammal(a + b) - lgammal(b) - lgammal(a + b + n) -
                              (r + x) * logl(alpha + T);
    if (n == 0) return common + alive;
    const long double dead = lgammal(b + n - 1) + lgammal(a + b) - lgammal(b) - lgammal(a + b + n) +
                             logl(a) - (r + x) * logl(alpha + t_x);
    return common + alive + log1pl(expl(dead - alive));
}

static long double naive_pareto(const double *p, const tn_summary *row) {
    const long double r = wide(p[0]), alpha = wide(p[1]), s = wide(p[2]), beta = wide(p[3]);
    const long double x = wide(row->x), T = wide(row->T), t_x = wide(row->t_x);
    const long double alive = -(r + x) * logl(alpha + T) - s * logl(beta + T);
    const int panels = 20000; /* Simpson */
    const long double h = (T - t_x) / panels;
    long double odds = 0;
    for (int i = 0; i <= panels; i++) {
        const long double y = t_x + i * h;
        const long double f =
            s * expl(-(r + x) * logl(alpha + y) - (s + 1) * logl(beta + y) - alive);
        odds += h / 3 * (i == 0 || i == panels ? 1 : i % 2 ? 4 : 2) * f;
    }
    return lgammal(r + x) - lgammal(r) + r * logl(alpha) + s * logl(beta) + alive + log1pl(odds);
}

static long double naive_spend(const double *t, const tn_summary *row) {
    const long double p = wide(t[0]), q = wide(t[1]), v = wide(t[2]);
    const long double x = wide(row->x), m = wide(row->m);
    return lgammal(p * x + q) - lgammal(p * x) - lgammal(q) + q * logl(v) + (p * x - 1) * logl(m) +
           p * x * logl(x) - (p * x + q) * logl(x * m + v);
}

Test(fit, likelihoods_agree_with_their_papers) {
    tn_summary rows[MIXED_ROWS];
    mixed_rows(rows);
    static const double points[][4] = {{.25, 4.4, .8, 2.4}, {3, .6, 7, .2}, {.9, 30, 1.5, 12}};
    for (int at = 0; at < 3; at++) {
        for (tn_purchase_model model = TN_BG_NBD; model < TN_PURCHASE_MODEL_COUNT; model++) {
            tn_purchase_parameters parameters = {.model = model};
            memcpy(parameters.p, points[at], sizeof parameters.p);
            long double want = 0;
            for (int i = 0; i < MIXED_ROWS; i++) {
                const long double one =
                    model == TN_PARETO_NBD
                        ? naive_pareto(points[at], &rows[i])
                        : naive_beta(points[at], model == TN_MBG_NBD ? 1 : 0, &rows[i]);
                want += wide(rows[i].weight) * one;
            }
            double got;
            cr_assert_eq(tn_purchase_log_likelihood(&parameters, rows, MIXED_ROWS, &got, NULL),
                         TN_OK);
            cr_expect_leq(relative_error(got, (double)want), model == TN_PARETO_NBD ? 1e-8 : 1e-13,
                          "%s at %d", tn_purchase_model_name(model), at);
        }
        tn_spend_parameters spend = {.model = TN_SPEND_GAMMA_GAMMA,
                                     .p = {points[at][1], 1 + points[at][0], 9}};
        long double want = 0;
        for (int i = 0; i < MIXED_ROWS; i++)
            if (rows[i].x > 0) want += wide(rows[i].weight) * naive_spend(spend.p, &rows[i]);
        double got;
        cr_assert_eq(tn_spend_log_likelihood(&spend, rows, MIXED_ROWS, &got, NULL), TN_OK);
        cr_expect_leq(relative_error(got, (double)want), 1e-13);
    }
}

/* Central differences of `function` against its own gradient and Hessian. */
static void expect_derivatives(tn_newton_function *function, tn_likelihood *likelihood,
                               const double *theta, unsigned count, const char *what) {
    tn_derivatives at = {0};
    function(likelihood, theta, &at);
    for (unsigned i = 0; i < count; i++) {
        const double h = 1e-5 * theta[i];
        double moved[TN_NEWTON_MAX];
        tn_derivatives above = {0}, below = {0};
        memcpy(moved, theta, count * sizeof *theta);
        moved[i] = theta[i] + h;
        function(likelihood, moved, &above);
        moved[i] = theta[i] - h;
        function(likelihood, moved, &below);
        const double slope = (above.value - below.value) / (2 * h);
        cr_expect_leq(fabs(slope - at.gradient[i]) * theta[i], 1e-5, "%s gradient %u", what, i);
        for (unsigned j = 0; j < count; j++) {
            const double second = (above.gradient[j] - below.gradient[j]) / (2 * h);
            const double own = i <= j ? at.hessian[i][j] : at.hessian[j][i];
            cr_expect_leq(fabs(second - own) * theta[i] * theta[j], 1e-4, "%s hessian %u %u", what,
                          i, j);
        }
    }
}

Test(fit, gradients_and_hessians_agree_with_finite_differences) {
    tn_summary rows[MIXED_ROWS];
    mixed_rows(rows);
    static const double points[][4] = {{.25, 4.4, .8, 2.4}, {3, .6, 7, .2}, {.9, 30, 1.5, 12}};
    tn_fit_records records, spenders;
    tn_fit_rows purchases, spend;
    tn_likelihood likelihood, money;
    cr_assert_eq(tn_fit_records_init(&records, TN_FIT_PURCHASES, rows, MIXED_ROWS, NULL, NULL),
                 TN_OK);
    cr_assert_eq(tn_fit_records_init(&spenders, TN_FIT_SPEND, rows, MIXED_ROWS, NULL, NULL), TN_OK);
    cr_assert_eq(tn_fit_rows_init(&purchases, TN_FIT_PURCHASES, &records, 1), TN_OK);
    cr_assert_eq(tn_fit_rows_init(&spend, TN_FIT_SPEND, &spenders, 1), TN_OK);
    cr_assert_eq(tn_likelihood_init(&likelihood, &purchases, NULL), TN_OK);
    cr_assert_eq(tn_likelihood_init(&money, &spend, NULL), TN_OK);
    for (int at = 0; at < 3; at++) {
        likelihood.first_toss = 0;
        expect_derivatives(tn_nbd_likelihood, &likelihood, points[at], 2, "nbd");
        expect_derivatives(tn_beta_likelihood, &likelihood, points[at], 4, "bg_nbd");
        likelihood.first_toss = 1;
        expect_derivatives(tn_beta_likelihood, &likelihood, points[at], 4, "mbg_nbd");
        expect_derivatives(tn_pareto_likelihood, &likelihood, points[at], 4, "pareto_nbd");
        const double theta[] = {points[at][1], 1 + points[at][0], 9};
        expect_derivatives(tn_gamma_gamma_likelihood, &money, theta, 3, "gamma_gamma");
    }
    tn_likelihood_deinit(&likelihood);
    tn_likelihood_deinit(&money);
    tn_fit_rows_deinit(&purchases);
    tn_fit_rows_deinit(&spend);
    tn_fit_records_deinit(&records);
    tn_fit_records_deinit(&spenders);
}

/* ---- same bits ------------------------------------------------------------------------------ */

static tn_summary *drawn_base(size_t n, const tn_purchase_parameters *parameters, uint64_t seed,
                              bool by_day) {
    const tn_spend_parameters spend = {.model = TN_SPEND_GAMMA_GAMMA, .p = {6, 3.7, 15}};
    tn_rng rng;
    tn_rng_init(&rng, seed);
    tn_summary *rows = calloc(n, sizeof *rows);
    cr_assert_not_null(rows);
    for (size_t i = 0; i < n; i++) {
        rows[i] = draw_customer(&rng, parameters, 27 + 12 * tn_rng_unit(&rng));
        if (by_day) {
            rows[i].t_x = floor(rows[i].t_x * 7) / 7;
            rows[i].T = ceil(rows[i].T * 7) / 7;
        }
        if (rows[i].x > 0) rows[i].m = round(100 * draw_spend(&rng, &spend, rows[i].x)) / 100;
    }
    return rows;
}

static void shuffle(tn_summary *rows, size_t n, uint64_t seed) {
    tn_rng rng;
    tn_rng_init(&rng, seed);
    for (size_t i = n; i > 1; i--) {
        const size_t j = tn_rng_below(&rng, i);
        const tn_summary kept = rows[i - 1];
        rows[i - 1] = rows[j];
        rows[j] = kept;
    }
}

static const tn_purchase_parameters drawn_bg = {.model = TN_BG_NBD, .p = {.24, 4.4, .8, 2.4}};

Test(fit, the_order_of_rows_and_the_number_of_threads_change_no_bit) {
    const size_t n = 160000; /* large enough to start on a sample */
    tn_summary *rows = drawn_base(n, &drawn_bg, 62, false);
    tn_team *team = NULL;
    cr_assert_eq(tn_team_create(3, &team), TN_OK);
    const tn_parallel parallel = tn_team_parallel(team);
    const tn_fit_options threaded = {.parallel = &parallel};
    tn_purchase_fit_result first, second;
    tn_spend_fit_result first_spend, second_spend;
    cr_assert_eq(tn_purchase_fit(TN_BG_NBD, rows, n, NULL, &first, NULL), TN_OK);
    cr_assert_eq(tn_spend_fit(TN_SPEND_GAMMA_GAMMA, rows, n, NULL, &first_spend, NULL), TN_OK);
    shuffle(rows, n, 63);
    cr_assert_eq(tn_purchase_fit(TN_BG_NBD, rows, n, &threaded, &second, NULL), TN_OK);
    cr_assert_eq(tn_spend_fit(TN_SPEND_GAMMA_GAMMA, rows, n, &threaded, &second_spend, NULL),
                 TN_OK);
    cr_expect_eq(memcmp(first.parameters.p, second.parameters.p, sizeof first.parameters.p), 0);
    cr_expect_eq(first.report.log_likelihood, second.report.log_likelihood);
    cr_expect_eq(memcmp(first_spend.parameters.p, second_spend.parameters.p,
                        sizeof first_spend.parameters.p),
                 0);
    cr_expect_eq(first_spend.parameters.mean_of_repeaters,
                 second_spend.parameters.mean_of_repeaters);
    for (int i = 0; i < 4; i++)
        cr_expect_leq(fabs(first.parameters.p[i] - drawn_bg.p[i]),
                      5 * first.report.standard_errors[i]);
    tn_team_destroy(team);
    free(rows);
}

Test(fit, weights_stand_for_repeated_rows) {
    const size_t n = 4000;
    tn_summary *rows = drawn_base(n, &drawn_bg, 64, true);
    tn_summary *twice = calloc(2 * n, sizeof *twice);
    cr_assert_not_null(twice);
    memcpy(twice, rows, n * sizeof *rows);
    memcpy(twice + n, rows, n * sizeof *rows);
    for (size_t i = 0; i < n; i++)
        rows[i].weight = 2;
    tn_purchase_fit_result weighted, repeated;
    cr_assert_eq(tn_purchase_fit(TN_MBG_NBD, rows, n, NULL, &weighted, NULL), TN_OK);
    cr_assert_eq(tn_purchase_fit(TN_MBG_NBD, twice, 2 * n, NULL, &repeated, NULL), TN_OK);
    cr_expect_eq(memcmp(&weighted, &repeated, sizeof weighted), 0);
    for (size_t i = 0; i < n; i++)
        rows[i].weight = i % 2 == 1 ? 1 : 0;
    cr_assert_eq(tn_purchase_fit(TN_MBG_NBD, rows, n, NULL, &weighted, NULL), TN_OK);
    cr_expect_eq(weighted.report.customers, (double)(n / 2));
    free(rows);
    free(twice);
}

Test(fit, the_unit_of_time_does_not_matter) {
    const size_t n = 5000;
    tn_summary *rows = drawn_base(n, &drawn_bg, 65, false);
    for (tn_purchase_model model = TN_BG_NBD; model < TN_PURCHASE_MODEL_COUNT; model++) {
        tn_purchase_fit_result weeks, seconds;
        const double unit = 604800;
        double repeats = 0;
        cr_assert_eq(tn_purchase_fit(model, rows, n, NULL, &weeks, NULL), TN_OK);
        for (size_t i = 0; i < n; i++) {
            rows[i].t_x *= unit;
            rows[i].T *= unit;
            repeats += rows[i].x;
        }
        cr_assert_eq(tn_purchase_fit(model, rows, n, NULL, &seconds, NULL), TN_OK);
        for (size_t i = 0; i < n; i++) {
            rows[i].t_x /= unit;
            rows[i].T /= unit;
        }
        cr_expect_leq(relative_error(seconds.parameters.p[0], weeks.parameters.p[0]), 1e-4);
        cr_expect_leq(relative_error(seconds.parameters.p[1], unit * weeks.parameters.p[1]), 1e-4);
        cr_expect_leq(
            fabs(seconds.report.log_likelihood + repeats * log(unit) - weeks.report.log_likelihood),
            1e-5);
    }
    free(rows);
}

/* ---- awkward data --------------------------------------------------------------------------- */

static void expect_sane(const tn_purchase_fit_result *result, const char *what) {
    const tn_fit_report *report = &result->report;
    cr_expect(tn_purchase_parameters_valid(&result->parameters), "%s", what);
    cr_expect(isfinite(report->log_likelihood) && isfinite(report->customers), "%s", what);
    for (int i = 0; i < 4; i++)
        cr_expect(isfinite(report->standard_errors[i]) && report->standard_errors[i] >= 0, "%s",
                  what);
    cr_expect_neq(report->verdict[0], 0, "%s", what);
    const double E = tn_expected_purchases(&result->parameters, 2, 5, 9, 39);
    cr_expect(E >= 0 && isfinite(E), "%s", what);
}

static void fit_awkward(const tn_summary *rows, size_t n, const char *what) {
    for (tn_purchase_model model = TN_BG_NBD; model < TN_PURCHASE_MODEL_COUNT; model++) {
        tn_purchase_fit_result result;
        cr_assert_eq(tn_purchase_fit(model, rows, n, NULL, &result, NULL), TN_OK, "%s", what);
        expect_sane(&result, what);
    }
    tn_spend_fit_result spend;
    const tn_status status = tn_spend_fit(TN_SPEND_GAMMA_GAMMA, rows, n, NULL, &spend, NULL);
    cr_assert(status == TN_OK || status == TN_BAD_ARGUMENT, "%s", what);
    if (status != TN_OK) return;
    cr_expect(tn_spend_parameters_valid(&spend.parameters), "%s", what);
    cr_expect(isfinite(spend.report.log_likelihood), "%s", what);
    for (int i = 0; i < 3; i++)
        cr_expect(isfinite(spend.report.standard_errors[i]), "%s", what);
}

static void fill(tn_summary *rows, size_t n, tn_summary row) {
    for (size_t i = 0; i < n; i++)
        rows[i] = row;
}

Test(fit, awkward_data_never_yield_a_nan) {
    enum { N = 50 };
    tn_summary rows[N];
    fill(rows, N, (tn_summary){.x = 3, .t_x = 20, .T = 39, .m = 12, .weight = 1});
    fit_awkward(rows, N, "all equal");
    fit_awkward(rows, 1, "one customer");
    fill(rows, N, (tn_summary){.x = 0, .T = 39, .weight = 1});
    fit_awkward(rows, N, "nobody came back");
    fit_awkward(rows, 1, "one customer who did not");
    fill(rows, N, (tn_summary){.weight = 1});
    fit_awkward(rows, N, "no time has passed");
    fill(rows, N, (tn_summary){.x = 4, .m = 5, .weight = 1});
    fit_awkward(rows, N, "purchases in no time");
    fill(rows, N, (tn_summary){.x = 1, .t_x = 39, .T = 39, .m = 1e-9, .weight = 1});
    fit_awkward(rows, N, "everyone bought today");
    fill(rows, N, (tn_summary){.x = 4294967295, .t_x = 9e11, .T = 1e12, .m = 1e15, .weight = 1e9});
    fit_awkward(rows, N, "huge");
    rows[0] = (tn_summary){.x = 1, .t_x = 1e-9, .T = 1e-9, .m = 1e-12, .weight = 1e-6};
    fit_awkward(rows, 2, "huge and tiny");
    for (int i = 0; i < N; i++)
        rows[i] = (tn_summary){
            .x = i % 2 ? 100 : 0, .t_x = i % 2 ? 1 : 0, .T = 39, .m = i % 2 ? i : 0, .weight = 1};
    fit_awkward(rows, N, "half buy at once, half never");
    for (int i = 0; i < N; i++)
        rows[i] = (tn_summary){.x = i, .t_x = i, .T = N, .m = pow(10, i % 16), .weight = 1};
    fit_awkward(rows, N, "a ladder");
}

Test(fit, nobody_coming_back_is_said_plainly) {
    tn_summary rows[10];
    fill(rows, 10, (tn_summary){.x = 0, .T = 39, .weight = 1});
    tn_purchase_fit_result result;
    cr_assert_eq(tn_purchase_fit(TN_BG_NBD, rows, 10, NULL, &result, NULL), TN_OK);
    cr_expect(result.report.at_boundary);
    cr_expect_not_null(strstr(result.report.verdict, "nobody bought a second time"));
    tn_spend_fit_result spend;
    tn_error error;
    cr_expect_eq(tn_spend_fit(TN_SPEND_GAMMA_GAMMA, rows, 10, NULL, &spend, &error),
                 TN_BAD_ARGUMENT);
    cr_expect_eq(tn_spend_fit(TN_SPEND_MEAN, rows, 10, NULL, &spend, &error), TN_BAD_ARGUMENT);
    cr_expect_eq(tn_spend_fit(TN_SPEND_NONE, rows, 10, NULL, &spend, &error), TN_OK);
}

Test(fit, bad_rows_are_refused_by_number) {
    tn_summary rows[3];
    fill(rows, 3, (tn_summary){.x = 3, .t_x = 20, .T = 39, .m = 12, .weight = 1});
    rows[1].t_x = 40;
    tn_error error;
    tn_purchase_fit_result result = {.report.iterations = 77};
    cr_expect_eq(tn_purchase_fit(TN_BG_NBD, rows, 3, NULL, &result, &error), TN_BAD_ARGUMENT);
    cr_expect_not_null(strstr(error.message, "row 2: t_x"), "%s", error.message);
    cr_expect_eq(result.report.iterations, 77);
    cr_expect_eq(tn_purchase_fit(TN_BG_NBD, rows, 0, NULL, &result, &error), TN_BAD_ARGUMENT);
    cr_expect_not_null(strstr(error.message, "no customer"), "%s", error.message);
    tn_spend_fit_result spend;
    rows[2].m = nan("");
    cr_expect_eq(tn_spend_fit(TN_SPEND_GAMMA_GAMMA, rows, 3, NULL, &spend, &error),
                 TN_BAD_ARGUMENT);
    cr_expect_not_null(strstr(error.message, "row 3: m"), "%s", error.message);
    static const double start[] = {1, 1, -1, 1};
    const tn_fit_options options = {.start = start};
    cr_expect_eq(tn_purchase_fit(TN_BG_NBD, rows, 1, &options, &result, &error), TN_BAD_ARGUMENT);
}

Test(fit, a_mean_spend_is_that_of_repeat_customers) {
    const tn_summary rows[] = {{.x = 0, .T = 9, .weight = 3},
                               {.x = 1, .t_x = 3, .T = 9, .m = 10, .weight = 1},
                               {.x = 2, .t_x = 3, .T = 9, .m = 40, .weight = 2},
                               {.x = 2, .t_x = 3, .T = 9, .m = 0, .weight = 1}};
    tn_spend_fit_result spend;
    cr_assert_eq(tn_spend_fit(TN_SPEND_MEAN, rows, 4, NULL, &spend, NULL), TN_OK);
    cr_expect_eq(spend.parameters.mean_of_repeaters, 22.5);
    cr_expect_eq(spend.report.customers, 4);
    cr_expect_eq(spend.parameters.model, TN_SPEND_MEAN);
}

Test(fit, spend_without_a_mean_stops_at_the_bound_and_says_so) {
    /* Drawn with q = 0.6, whose population has no mean. */
    const tn_spend_parameters heavy = {.model = TN_SPEND_GAMMA_GAMMA, .p = {6, .6, 15}};
    enum { N = 3000 };
    static tn_summary rows[N];
    tn_rng rng;
    tn_rng_init(&rng, 66);
    for (int i = 0; i < N; i++) {
        const double x = 1 + (double)tn_rng_below(&rng, 6);
        rows[i] =
            (tn_summary){.x = x, .t_x = 1, .T = 9, .m = draw_spend(&rng, &heavy, x), .weight = 1};
    }
    tn_spend_fit_result spend;
    cr_assert_eq(tn_spend_fit(TN_SPEND_GAMMA_GAMMA, rows, N, NULL, &spend, NULL), TN_OK);
    cr_expect_gt(spend.parameters.p[1], 1);
    cr_expect_lt(spend.parameters.p[1], 1.001);
    cr_expect(spend.report.at_boundary && spend.report.converged);
    cr_expect_not_null(strstr(spend.report.verdict, "lower bound"), "%s", spend.report.verdict);
    cr_expect(isfinite(spend.report.log_likelihood));
}

Test(fit, a_fit_without_memory_is_an_error_and_leaks_nothing) {
    const size_t n = 500;
    tn_summary *rows = drawn_base(n, &drawn_bg, 67, true);
    tn_heap *heap = tn_heap_create(0);
    cr_assert_not_null(heap);
    const tn_fit_options options = {.heap = heap};
    tn_status status = TN_OUT_OF_MEMORY;
    unsigned failed = 0;
    for (uint64_t at = 1; status == TN_OUT_OF_MEMORY; at++, failed++) {
        tn_purchase_fit_result result;
        tn_spend_fit_result spend;
        tn_alloc_fail_at(at, false);
        status = tn_purchase_fit(TN_BG_NBD, rows, n, &options, &result, NULL);
        if (status == TN_OK)
            status = tn_spend_fit(TN_SPEND_GAMMA_GAMMA, rows, n, &options, &spend, NULL);
        tn_alloc_fail_at(0, false);
        cr_assert_eq(tn_heap_used_bytes(heap), 0, "allocation %llu", (unsigned long long)at);
    }
    cr_expect_eq(status, TN_OK);
    cr_expect_geq(failed, 16);
    tn_heap_destroy(heap);
    free(rows);
}

Test(fit, a_limit_on_iterations_is_kept_and_said) {
    const size_t n = 2000;
    tn_summary *rows = drawn_base(n, &drawn_bg, 68, false);
    const tn_fit_options options = {.iterations_max = 1};
    tn_purchase_fit_result result;
    cr_assert_eq(tn_purchase_fit(TN_BG_NBD, rows, n, &options, &result, NULL), TN_OK);
    cr_expect_not(result.report.converged);
    cr_expect_not_null(strstr(result.report.verdict, "did not end"), "%s", result.report.verdict);
    expect_sane(&result, "one iteration");
    tn_purchase_fit_result whole, again;
    cr_assert_eq(tn_purchase_fit(TN_BG_NBD, rows, n, NULL, &whole, NULL), TN_OK);
    cr_expect_gt(whole.report.log_likelihood, result.report.log_likelihood);
    const tn_fit_options there = {.start = whole.parameters.p};
    cr_assert_eq(tn_purchase_fit(TN_BG_NBD, rows, n, &there, &again, NULL), TN_OK);
    cr_expect_leq(again.report.iterations, 1);
    cr_expect_leq(relative_error(again.parameters.p[2], whole.parameters.p[2]), 1e-6);
    free(rows);
}

Test(fit, any_start_leads_to_the_same_optimum) {
    const size_t n = 3000;
    tn_summary *rows = drawn_base(n, &drawn_bg, 69, false);
    tn_rng rng;
    tn_rng_init(&rng, 70);
    for (tn_purchase_model model = TN_BG_NBD; model < TN_PURCHASE_MODEL_COUNT; model++) {
        tn_purchase_fit_result own;
        cr_assert_eq(tn_purchase_fit(model, rows, n, NULL, &own, NULL), TN_OK);
        for (int i = 0; i < 10; i++) {
            const double start[] = {draw_between(&rng, .01, 50), draw_between(&rng, .05, 500),
                                    draw_between(&rng, .01, 50), draw_between(&rng, .05, 500)};
            const tn_fit_options options = {.start = start};
            tn_purchase_fit_result result;
            cr_assert_eq(tn_purchase_fit(model, rows, n, &options, &result, NULL), TN_OK);
            cr_expect_leq(fabs(result.report.log_likelihood - own.report.log_likelihood), 1e-5,
                          "%s seed 70 start %d: %.9g", tn_purchase_model_name(model), i,
                          result.report.log_likelihood - own.report.log_likelihood);
        }
    }
    free(rows);
}
