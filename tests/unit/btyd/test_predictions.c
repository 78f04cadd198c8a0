/* test_predictions.c: P(alive), expected purchases and spend against reference values, against the
 * definitions summed naively in long double, and against what must hold of them. */
#include "btyd/purchases.h"
#include "btyd_data.h"
#include "stress_points.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const tn_purchase_parameters cdnow_bg = {
    .model = TN_BG_NBD,
    .p = {.24259292827982198, 4.413532265271817, .7928859664406002, 2.4257523826255123}};
static const tn_purchase_parameters cdnow_pareto = {
    .model = TN_PARETO_NBD,
    .p = {.5532928167132171, 10.57788386024823, .6061853589481827, 11.666927653885848}};
static const tn_spend_parameters cdnow_spend = {
    .model = TN_SPEND_GAMMA_GAMMA, .p = {6.248802496077898, 3.744588460922642, 15.447748064920148}};

Test(predictions, every_row_of_the_cdnow_reference_is_met) {
    enum { X = 1, T_X, T_END, M, BG_ALIVE, BG_EXPECTED, SPEND, CLV, PA_ALIVE, PA_EXPECTED, DERT };
    data_file file;
    if (!data_file_read(&file, "cdnow/sample_reference_exact.csv")) return;
    const tn_clv_terms terms = {
        .step = 4.345, .steps = 12, .horizon = 12 * 4.345, .discount_per_step = 0.01};
    double worst[DERT + 1] = {0};
    cr_assert_eq(file.rows, 2357);
    for (size_t i = 0; i < file.rows; i++) {
        const double *row = file.cells + i * file.columns;
        const tn_summary customer = {
            .x = row[X], .t_x = row[T_X], .T = row[T_END], .m = row[M], .weight = 1};
        const double x = customer.x, t_x = customer.t_x, T = customer.T;
        const double got[DERT + 1] = {
            [BG_ALIVE] = tn_p_alive(&cdnow_bg, x, t_x, T),
            [BG_EXPECTED] = tn_expected_purchases(&cdnow_bg, x, t_x, T, 39),
            [SPEND] = tn_expected_spend(&cdnow_spend, x, customer.m),
            [CLV] = tn_clv(&cdnow_bg, &cdnow_spend, &terms, &customer),
            [PA_ALIVE] = tn_p_alive(&cdnow_pareto, x, t_x, T),
            [PA_EXPECTED] = tn_expected_purchases(&cdnow_pareto, x, t_x, T, 39),
            [DERT] = tn_pareto_residual_purchases(&cdnow_pareto, x, t_x, T, log(1.1) / 52),
        };
        for (int k = BG_ALIVE; k <= DERT; k++)
            worst[k] = fmax(worst[k], relative_error(got[k], row[k]));
    }
    cr_expect_leq(worst[BG_ALIVE], 1e-13);
    cr_expect_leq(worst[PA_ALIVE], 1e-13);
    cr_expect_leq(worst[BG_EXPECTED], 1e-12);
    cr_expect_leq(worst[PA_EXPECTED], 1e-12);
    cr_expect_leq(worst[SPEND], 1e-13);
    cr_expect_leq(worst[CLV], 1e-12);
    cr_expect_leq(worst[DERT], 1e-12);
    data_file_release(&file);
}

Test(predictions, stress_points_are_met) {
    for (size_t i = 0; i < sizeof stress_points / sizeof stress_points[0]; i++) {
        const stress_point *at = &stress_points[i];
        tn_purchase_parameters parameters = {.model = at->model};
        memcpy(parameters.p, at->p, sizeof at->p);
        const double alive = tn_p_alive(&parameters, at->x, at->t_x, at->T);
        const double expected = tn_expected_purchases(&parameters, at->x, at->t_x, at->T, at->t);
        cr_expect_leq(relative_error(alive, at->p_alive), 1e-12, "P(alive), point %zu: %.17g", i,
                      alive);
        cr_expect_leq(relative_error(expected, at->expected), 1e-11, "E, point %zu: %.17g", i,
                      expected);
    }
}

Test(predictions, published_values_come_out) {
    const tn_purchase_parameters *bg = &cdnow_bg;
    cr_expect_leq(fabs(tn_expected_purchases_new(bg, 1) - .0532), 5e-5);
    cr_expect_leq(fabs(tn_expected_purchases_new(bg, 31.8571) - 1.0405), 5e-5);
    /* Printed as 1.8576; in 60 digits at these parameters it is this. */
    cr_expect_leq(fabs(tn_expected_purchases_new(bg, 78) - 1.85797170352779), 1e-13);
    cr_expect_leq(fabs(tn_expected_purchases(bg, 2, 30.43, 38.86, 39) - 1.226), 5e-4);
    const tn_purchase_parameters pareto = {.model = TN_PARETO_NBD,
                                           .p = {.553, 10.578, .606, 11.669}};
    cr_expect_leq(fabs(tn_p_alive(&pareto, 26, 30.86, 31) - .9979), 5e-5);
    cr_expect_leq(fabs(tn_expected_purchases(&pareto, 26, 30.86, 31, 52) - 25.46), 5e-3);
    static const struct {
        double x, m, spend;
    } spends[] = {{2, 22.35, 24.65}, {1, 11.77, 18.91}, {0, 0, 35.17}, {7, 73.74, 71.46}};
    for (int i = 0; i < 4; i++)
        cr_expect_leq(
            fabs(tn_expected_spend(&cdnow_spend, spends[i].x, spends[i].m) - spends[i].spend),
            0.02);
}

Test(predictions, the_stress_values_of_the_data_page_come_out) {
    const tn_purchase_parameters bg = {.model = TN_BG_NBD,
                                       .p = {.2425929, 4.413532, .792886, 2.425753}};
    static const double of_bg[][2] = {{50, 14.52660851},       {100, 23.81053249},
                                      {200, 7.646172721},      {500, 6.831103804e-4},
                                      {1000, 1.872326099e-11}, {3000, 3.738218488e-43}};
    for (size_t i = 0; i < sizeof of_bg / sizeof of_bg[0]; i++)
        cr_expect_leq(
            relative_error(tn_expected_purchases(&bg, of_bg[i][0], 100, 104, 39), of_bg[i][1]),
            1e-9, "x = %g", of_bg[i][0]);
    const tn_purchase_parameters pareto = {.model = TN_PARETO_NBD,
                                           .p = {.5533, 10.578, .6062, 11.667}};
    static const double of_pareto[][3] = {{50, .9429204397, 14.81325638},
                                          {300, .01116837693, 1.043127855},
                                          {3000, 2.418817294e-43, 2.255435385e-40}};
    for (size_t i = 0; i < sizeof of_pareto / sizeof of_pareto[0]; i++) {
        const double x = of_pareto[i][0];
        cr_expect_leq(relative_error(tn_p_alive(&pareto, x, 100, 104), of_pareto[i][1]), 1e-9);
        cr_expect_leq(
            relative_error(tn_expected_purchases(&pareto, x, 100, 104, 39), of_pareto[i][2]), 1e-9,
            "x = %g", x);
    }
    cr_expect_leq(fabs(tn_p_alive(&cdnow_bg, 2, 30.43, 38.86) - .72660913680), 5e-12);
}

/* ---- the definitions, naively --------------------------------------------------------------- */

/* E[. | alive] of BG/NBD by Fader, Hardie and Lee's own equation in long double. */
static long double naive_given_alive(const double *p, const double *xTt) {
    const long double r = wide(p[0]), alpha = wide(p[1]), a = wide(p[2]), b = wide(p[3]);
    const long double x = wide(xTt[0]), T = wide(xTt[1]), t = wide(xTt[2]);
    const long double c = a + b + x - 1, z = t / (alpha + T + t);
    long double term = 1, sum = 1;
    for (int k = 0; k < 100000 && term > 1e-22L * sum; k++) {
        term *= (r + x + k) * (b + x + k) / ((c + k) * (k + 1)) * z;
        sum += term;
    }
    return c / (a - 1) * (1 - powl((alpha + T) / (alpha + T + t), r + x) * sum);
}

Test(predictions, given_alive_agrees_with_the_definition_in_long_double) {
    tn_rng rng;
    const uint64_t seed = 41;
    tn_rng_init(&rng, seed);
    for (int i = 0; i < 2000; i++) {
        const tn_purchase_parameters bg = {
            .model = TN_BG_NBD,
            .p = {draw_between(&rng, .05, 5), draw_between(&rng, 1, 50), draw_between(&rng, .1, 3),
                  draw_between(&rng, .5, 10)}};
        const double x = 1 + (double)tn_rng_below(&rng, 40);
        const double T = draw_between(&rng, 1, 200), t = draw_between(&rng, 1, 100);
        if (fabs(bg.p[2] - 1) < 0.01) continue;
        const long double want = naive_given_alive(bg.p, (const double[]){x, T, t});
        /* Its difference loses what E is smaller than c/(a-1). */
        const double loss = (bg.p[2] + bg.p[3] + x - 1) / fabs(bg.p[2] - 1) / (double)want;
        cr_expect_leq(relative_error(tn_expected_given_alive(&bg, x, T, t), (double)want),
                      1e-13 + 1e-16 * loss, "seed %llu draw %d", (unsigned long long)seed, i);
    }
}

Test(predictions, euler_form_and_quadrature_agree) {
    tn_rng rng;
    const uint64_t seed = 42;
    tn_rng_init(&rng, seed);
    for (int i = 0; i < 2000; i++) {
        const tn_beta_law law = {.r = draw_between(&rng, .01, 100),
                                 .alpha = draw_between(&rng, .01, 100),
                                 .a = draw_between(&rng, .001, 100),
                                 .b = draw_between(&rng, .01, 1000),
                                 .first_toss = i % 2};
        const double x = floor(draw_between(&rng, 1, 6000)) - 1;
        const double T = draw_between(&rng, .01, 4000);
        const double t[3] = {draw_between(&rng, .01, 4000), 1, 52};
        tn_beta_horizons horizons;
        double got[3], want[3];
        tn_beta_horizons_init(&horizons, &law, T, t, 3);
        tn_beta_given_alive(&law, &horizons, x, got);
        tn_beta_given_alive_quadrature(&law, &horizons, x, want);
        for (int k = 0; k < 3; k++)
            cr_expect_leq(relative_error(got[k], want[k]), 2e-12, "seed %llu draw %d",
                          (unsigned long long)seed, i);
    }
}

Test(predictions, pareto_series_and_quadrature_agree) {
    tn_rng rng;
    const uint64_t seed = 43;
    tn_rng_init(&rng, seed);
    for (int i = 0; i < 3000; i++) {
        const tn_pareto_law law = {.r = draw_between(&rng, .01, 100),
                                   .alpha = draw_between(&rng, 5, 20),
                                   .s = draw_between(&rng, .001, 100),
                                   .beta = draw_between(&rng, 5, 20)};
        const double x = floor(draw_between(&rng, 1, 600)) - 1;
        const double T = draw_between(&rng, .01, 4000), t_x = x > 0 ? T * tn_rng_unit(&rng) : 0;
        const double growth = pow((law.alpha + T) / (law.alpha + t_x), law.r + x) *
                              pow((law.beta + T) / (law.beta + t_x), law.s);
        const double want =
            1 / (1 + growth * tn_pareto_dropout_integral(&law, x, t_x, T, NULL, NULL));
        cr_expect_leq(relative_error(tn_pareto_p_alive(&law, x, t_x, T), want), 1e-11,
                      "seed %llu draw %d", (unsigned long long)seed, i);
    }
}

/* ---- what must hold ------------------------------------------------------------------------- */

Test(predictions, expected_purchases_are_continuous_where_the_closed_form_has_poles) {
    for (tn_purchase_model model = TN_BG_NBD; model < TN_PURCHASE_MODEL_COUNT; model++) {
        for (double x = 0; x <= 5000; x = 10 * x + 5) {
            tn_purchase_parameters at = {.model = model, .p = {.3, 5, 1, 2}};
            const double middle = tn_expected_purchases(&at, x, x > 0 ? 80 : 0, 90, 52);
            for (double away = 1e-6; away > 1e-16; away /= 10) {
                at.p[2] = 1 - away;
                const double below = tn_expected_purchases(&at, x, x > 0 ? 80 : 0, 90, 52);
                at.p[2] = 1 + away;
                const double above = tn_expected_purchases(&at, x, x > 0 ? 80 : 0, 90, 52);
                cr_expect_leq(relative_error(below, middle), 20 * away + 1e-13);
                cr_expect_leq(relative_error(above, middle), 20 * away + 1e-13);
            }
        }
    }
    /* c = a+b+x-1 = 0. */
    tn_purchase_parameters at = {.model = TN_BG_NBD, .p = {.3, 5, .4, .6}};
    const double middle = tn_expected_given_alive(&at, 0, 90, 52);
    at.p[3] = .6 + 1e-13;
    cr_expect_leq(relative_error(tn_expected_given_alive(&at, 0, 90, 52), middle), 1e-11);
}

Test(predictions, a_living_customer_buys_more_in_a_longer_time) {
    tn_rng rng;
    tn_rng_init(&rng, 44);
    for (int i = 0; i < 3000; i++) {
        const tn_purchase_parameters at = {
            .model = (tn_purchase_model)(i % TN_PURCHASE_MODEL_COUNT),
            .p = {draw_between(&rng, .001, 1000), draw_between(&rng, .001, 1000),
                  draw_between(&rng, .001, 1000), draw_between(&rng, .001, 1000)}};
        const double x = floor(draw_between(&rng, 1, 6000)) - 1;
        const double T = draw_between(&rng, .01, 4000);
        double last = 0;
        cr_expect_eq(tn_expected_given_alive(&at, x, T, 0), 0);
        for (double t = .125; t < 5000; t *= 4) {
            const double now = tn_expected_given_alive(&at, x, T, t);
            /* Once he has surely left, more time adds nothing. */
            cr_expect(now > 0 && now >= last * (1 - 1e-12) && isfinite(now), "seed 44 draw %d", i);
            /* At most what he would buy without dropping out. */
            cr_expect_leq(now, (at.p[0] + x) * t / (at.p[1] + T) * (1 + 1e-12));
            last = now;
        }
    }
}

Test(predictions, p_alive_is_a_probability_and_falls_with_silence) {
    tn_rng rng;
    tn_rng_init(&rng, 45);
    for (int i = 0; i < 3000; i++) {
        const tn_purchase_parameters at = {
            .model = (tn_purchase_model)(i % TN_PURCHASE_MODEL_COUNT),
            .p = {draw_between(&rng, 1e-6, 1e6), draw_between(&rng, 1e-6, 1e6),
                  draw_between(&rng, 1e-6, 1e6), draw_between(&rng, 1e-6, 1e6)}};
        const double x = floor(draw_between(&rng, 1, 6000));
        const double T = draw_between(&rng, .01, 4000);
        double last = 1;
        for (double share = 1; share >= 0; share -= .125) {
            const double now = tn_p_alive(&at, x, share * T, T);
            cr_expect(now >= 0 && now <= last * (1 + 1e-12), "seed 45 draw %d", i);
            last = now;
        }
    }
}

Test(predictions, who_has_just_bought_and_who_never_bought_again) {
    cr_expect_eq(tn_p_alive(&cdnow_bg, 0, 0, 300), 1);
    cr_expect_eq(tn_p_alive(&cdnow_pareto, 3, 20, 20), 1);
    const tn_purchase_parameters mbg = {.model = TN_MBG_NBD, .p = {.5, 6, .9, 1.6}};
    cr_expect_leq(relative_error(tn_p_alive(&mbg, 0, 0, 0), 1.6 / 2.5), 1e-15);
    /* Under BG/NBD half of those who bought just now, x = 1, may have gone: a/(a+b). */
    cr_expect_leq(
        relative_error(tn_p_alive(&cdnow_bg, 1, 10, 10), 1 / (1 + cdnow_bg.p[2] / cdnow_bg.p[3])),
        1e-15);
}

Test(predictions, a_fresh_customers_expectation_is_the_mean_of_simulated_ones) {
    tn_rng rng;
    tn_rng_init(&rng, 46);
    static const double p[TN_PURCHASE_MODEL_COUNT][4] = {
        {.6, 5, .8, 2.5}, {.6, 5, .8, 2.5}, {.6, 5, .6, 12}};
    for (tn_purchase_model model = TN_BG_NBD; model < TN_PURCHASE_MODEL_COUNT; model++) {
        tn_purchase_parameters at = {.model = model};
        memcpy(at.p, p[model], sizeof at.p);
        const int customers = 200000;
        double sum = 0, squares = 0;
        for (int i = 0; i < customers; i++) {
            const double x = draw_customer(&rng, &at, 52).x;
            sum += x;
            squares += x * x;
        }
        const double mean = sum / customers;
        const double error = sqrt((squares / customers - mean * mean) / customers);
        cr_expect_leq(fabs(tn_expected_purchases_new(&at, 52) - mean), 4 * error, "%s",
                      tn_purchase_model_name(model));
    }
}

Test(predictions, spend_models_answer_for_everyone) {
    const tn_spend_parameters mean = {.model = TN_SPEND_MEAN, .mean_of_repeaters = 35.5};
    cr_expect_eq(tn_expected_spend(&mean, 3, 20), 20);
    cr_expect_eq(tn_expected_spend(&mean, 0, 0), 35.5);
    const tn_spend_parameters none = {.model = TN_SPEND_NONE};
    cr_expect_eq(tn_expected_spend(&none, 3, 20), 0);
    const double *p = cdnow_spend.p;
    cr_expect_leq(relative_error(tn_expected_spend(&cdnow_spend, 0, 0), p[0] * p[2] / (p[1] - 1)),
                  1e-15);
    /* Much evidence leaves the customer's own mean. */
    cr_expect_leq(relative_error(tn_expected_spend(&cdnow_spend, 1e9, 80), 80), 1e-8);
}

Test(predictions, models_and_parameters_have_names) {
    for (tn_purchase_model model = TN_BG_NBD; model < TN_PURCHASE_MODEL_COUNT; model++) {
        tn_purchase_model parsed = TN_PURCHASE_MODEL_COUNT;
        cr_expect(tn_purchase_model_parse(tn_purchase_model_name(model), &parsed));
        cr_expect_eq(parsed, model);
    }
    tn_spend_model spend = TN_SPEND_NONE;
    cr_expect(tn_spend_model_parse("gamma_gamma", &spend));
    cr_expect_eq(spend, TN_SPEND_GAMMA_GAMMA);
    cr_expect_not(tn_spend_model_parse("Gamma_gamma", &spend));
    cr_expect_str_eq(tn_purchase_parameter_name(TN_PARETO_NBD, 3), "beta");
    cr_expect_str_eq(tn_purchase_parameter_name(TN_MBG_NBD, 3), "b");
    cr_expect_null(tn_purchase_parameter_name(TN_BG_NBD, 4));
    cr_expect_str_eq(tn_spend_parameter_name(TN_SPEND_GAMMA_GAMMA, 2), "v");
    cr_expect_null(tn_purchase_model_name(TN_PURCHASE_MODEL_COUNT));
}

Test(predictions, bad_parameters_and_summaries_are_named) {
    tn_error error;
    tn_purchase_parameters at = cdnow_bg;
    cr_expect_eq(tn_purchase_parameters_check(&at, &error), TN_OK);
    at.p[2] = 0;
    cr_expect_eq(tn_purchase_parameters_check(&at, &error), TN_BAD_ARGUMENT);
    cr_expect_not_null(strstr(error.message, "parameter a of bg_nbd"), "%s", error.message);
    at.p[2] = nan("");
    cr_expect_not(tn_purchase_parameters_valid(&at));
    tn_spend_parameters spend = cdnow_spend;
    spend.p[1] = 1;
    cr_expect_eq(tn_spend_parameters_check(&spend, &error), TN_BAD_ARGUMENT);
    cr_expect_not_null(strstr(error.message, "q of gamma_gamma"), "%s", error.message);
    const tn_summary good = {.x = 2, .t_x = 5, .T = 7, .m = 3, .weight = 1};
    cr_expect_eq(tn_summary_check(&good, &error), TN_OK);
    tn_summary bad = good;
    bad.t_x = 8;
    cr_expect_eq(tn_summary_check(&bad, &error), TN_BAD_ARGUMENT);
    bad = good;
    bad.x = 1.5;
    cr_expect_eq(tn_summary_check(&bad, &error), TN_BAD_ARGUMENT);
    bad = good;
    bad.T = HUGE_VAL;
    cr_expect_eq(tn_summary_check(&bad, &error), TN_BAD_ARGUMENT);
    bad = good;
    bad.m = -1;
    cr_expect_eq(tn_summary_check(&bad, &error), TN_BAD_ARGUMENT);
    bad = good;
    bad.weight = nan("");
    cr_expect_eq(tn_summary_check(&bad, &error), TN_BAD_ARGUMENT);
}
