/* test_lifetime.c: lifetime value against its definition, and the table against the formulas. */
#include "base/alloc.h"
#include "base/thread.h"
#include "btyd_data.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const tn_purchase_parameters bg = {.model = TN_BG_NBD, .p = {.243, 4.414, .793, 2.426}};

/* Step by step, differences of the expected purchases, as the value is defined. */
static long double naive_sum(const tn_purchase_parameters *parameters, const tn_clv_terms *terms,
                             double x, double T) {
    long double sum = 0, last = 0;
    for (unsigned k = 1; k <= terms->steps; k++) {
        const double t = k == terms->steps ? terms->horizon : k * terms->step;
        const long double now = wide(tn_expected_given_alive(parameters, x, T, t));
        sum += (now - last) / powl(1 + wide(terms->discount_per_step), k);
        last = now;
    }
    return sum;
}

Test(lifetime, terms_follow_from_a_horizon_and_a_yearly_discount) {
    tn_clv_terms terms;
    cr_assert_eq(tn_clv_terms_init(&terms, 52, .10, 365 / 7.0, 1), TN_OK);
    cr_expect_eq(terms.steps, 52);
    cr_expect_leq(relative_error(terms.discount_per_step, pow(1.1, 7 / 365.0) - 1), 1e-13);
    cr_assert_eq(tn_clv_terms_init(&terms, 12 * 4.345, 0, 365 / 7.0, 4.345), TN_OK);
    cr_expect_eq(terms.steps, 12);
    cr_assert_eq(tn_clv_terms_init(&terms, 52.2, .10, 365 / 7.0, 4), TN_OK);
    cr_expect_eq(terms.steps, 14);
    cr_expect_eq(terms.horizon, 52.2);
    cr_assert_eq(tn_clv_terms_init(&terms, .5, .10, 365 / 7.0, 4), TN_OK);
    cr_expect_eq(terms.steps, 1);
    cr_expect_eq(tn_clv_terms_check(&terms, NULL), TN_OK);
    cr_expect_eq(tn_clv_terms_init(&terms, 0, .1, 52, 1), TN_BAD_ARGUMENT);
    cr_expect_eq(tn_clv_terms_init(&terms, 52, -.1, 52, 1), TN_BAD_ARGUMENT);
    cr_expect_eq(tn_clv_terms_init(&terms, 1e9, .1, 52, 1), TN_BAD_ARGUMENT);
    cr_expect_eq(tn_clv_terms_init(&terms, 52, nan(""), 52, 1), TN_BAD_ARGUMENT);
    terms = (tn_clv_terms){.step = 1, .steps = 12, .horizon = 11, .discount_per_step = 0};
    cr_expect_eq(tn_clv_terms_check(&terms, NULL), TN_BAD_ARGUMENT);
}

Test(lifetime, discounted_sums_agree_with_their_definition) {
    tn_rng rng;
    tn_rng_init(&rng, 51);
    for (int i = 0; i < 600; i++) {
        const tn_purchase_parameters at = {
            .model = (tn_purchase_model)(i % TN_PURCHASE_MODEL_COUNT),
            .p = {draw_between(&rng, .05, 5), draw_between(&rng, 1, 50), draw_between(&rng, .1, 3),
                  draw_between(&rng, .5, 10)}};
        const double x = (double)tn_rng_below(&rng, 40), T = draw_between(&rng, .1, 300);
        tn_clv_terms terms;
        const double step = draw_between(&rng, .2, 20);
        const double horizon = step * draw_between(&rng, .5, 150);
        cr_assert_eq(tn_clv_terms_init(&terms, horizon, i % 5 == 0 ? 0 : .2 * tn_rng_unit(&rng),
                                       365 / 7.0, step),
                     TN_OK);
        const double got = tn_discounted_given_alive(&at, &terms, x, T);
        cr_expect_leq(relative_error(got, (double)naive_sum(&at, &terms, x, T)), 2e-12,
                      "seed 51 draw %d", i);
    }
}

Test(lifetime, without_a_discount_the_value_is_spend_times_purchases) {
    const tn_spend_parameters spend = {.model = TN_SPEND_MEAN, .mean_of_repeaters = 30};
    const tn_clv_terms terms = {.step = 1, .steps = 39, .horizon = 39, .discount_per_step = 0};
    const tn_summary row = {.x = 2, .t_x = 30.43, .T = 38.86, .m = 22.35};
    cr_expect_leq(relative_error(tn_clv(&bg, &spend, &terms, &row),
                                 22.35 * tn_expected_purchases(&bg, 2, 30.43, 38.86, 39)),
                  1e-14);
    const tn_spend_parameters none = {.model = TN_SPEND_NONE};
    cr_expect_eq(tn_clv(&bg, &none, &terms, &row), 0);
}

/* ---- the table ------------------------------------------------------------------------------ */

static tn_clv_table_shape small_shape(tn_purchase_parameters parameters) {
    tn_clv_table_shape shape = {
        .parameters = parameters, .horizon = 39, .days_per_unit = 7, .day_max = 800, .x_max = 20};
    cr_assert_eq(tn_clv_terms_init(&shape.terms, 52, .1, 365 / 7.0, 4), TN_OK);
    return shape;
}

static void expect_table_is_right(const tn_clv_table_shape *shape, const char *what) {
    tn_clv_table *table = NULL;
    cr_assert_eq(tn_clv_table_create(shape, &table), TN_OK);
    const tn_clv_table_view view = tn_clv_table_view_of(table);
    cr_assert_eq(view.stride % 8, 0);
    cr_assert_geq(view.stride, (size_t)shape->x_max + 1);
    cr_expect_eq((uintptr_t)view.expected % 64, 0);
    cr_expect_eq((uintptr_t)view.discounted % 64, 0);
    for (uint32_t day = 0; day <= shape->day_max; day += day < 10 ? 1 : 53) {
        const double T = (double)day / shape->days_per_unit;
        for (uint32_t x = 0; x < view.stride; x++) {
            const size_t cell = day * view.stride + x;
            const bool is_inside = x <= shape->x_max;
            const double expected =
                is_inside ? tn_expected_given_alive(&shape->parameters, x, T, shape->horizon) : 0;
            const double discounted =
                is_inside ? tn_discounted_given_alive(&shape->parameters, &shape->terms, x, T) : 0;
            cr_expect_leq(relative_error(view.expected[cell], expected), 1e-9, "%s day %u x %u",
                          what, day, x);
            cr_expect_leq(relative_error(view.discounted[cell], discounted), 1e-9, "%s day %u x %u",
                          what, day, x);
        }
    }
    tn_clv_table_destroy(table);
}

Test(lifetime, a_table_agrees_with_the_formulas) {
    tn_rng rng;
    tn_rng_init(&rng, 52);
    for (int i = 0; i < 30; i++) {
        const tn_purchase_parameters at = {
            .model = (tn_purchase_model)(i % TN_PURCHASE_MODEL_COUNT),
            .p = {draw_between(&rng, .02, 20), draw_between(&rng, .02, 200),
                  draw_between(&rng, .003, 20), draw_between(&rng, .02, 200)}};
        tn_clv_table_shape shape = small_shape(at);
        if (i % 3 == 1) shape.days_per_unit = 1;
        if (i % 4 == 1) shape.terms.discount_per_step = 0;
        expect_table_is_right(&shape, tn_purchase_model_name(at.model));
    }
}

Test(lifetime, a_table_of_wild_parameters_agrees_too) {
    tn_rng rng;
    tn_rng_init(&rng, 53);
    for (int i = 0; i < 12; i++) {
        const tn_purchase_parameters at = {
            .model = (tn_purchase_model)(i % TN_PURCHASE_MODEL_COUNT),
            .p = {draw_between(&rng, 1e-4, 1e4), draw_between(&rng, 1e-4, 1e4),
                  draw_between(&rng, 1e-4, 1e4), draw_between(&rng, 1e-4, 1e4)}};
        tn_clv_table_shape shape = small_shape(at);
        shape.x_max = 5;
        expect_table_is_right(&shape, tn_purchase_model_name(at.model));
    }
}

Test(lifetime, a_table_may_be_as_small_as_one_cell) {
    for (tn_purchase_model model = TN_BG_NBD; model < TN_PURCHASE_MODEL_COUNT; model++) {
        tn_purchase_parameters at = bg;
        at.model = model;
        tn_clv_table_shape shape = small_shape(at);
        shape.day_max = 0;
        shape.x_max = 0;
        expect_table_is_right(&shape, "one cell");
        shape.horizon = 0;
        expect_table_is_right(&shape, "no horizon");
    }
}

Test(lifetime, a_table_has_the_same_bits_on_any_number_of_threads) {
    for (tn_purchase_model model = TN_BG_NBD; model < TN_PURCHASE_MODEL_COUNT; model++) {
        tn_purchase_parameters at = bg;
        at.model = model;
        tn_clv_table_shape shape = small_shape(at);
        tn_clv_table *alone = NULL, *shared = NULL;
        tn_team *team = NULL;
        cr_assert_eq(tn_team_create(3, &team), TN_OK);
        const tn_parallel parallel = tn_team_parallel(team);
        cr_assert_eq(tn_clv_table_create(&shape, &alone), TN_OK);
        shape.parallel = &parallel;
        cr_assert_eq(tn_clv_table_create(&shape, &shared), TN_OK);
        const tn_clv_table_view a = tn_clv_table_view_of(alone), b = tn_clv_table_view_of(shared);
        const size_t bytes = ((size_t)a.day_max + 1) * a.stride * sizeof(double);
        cr_expect_eq(memcmp(a.expected, b.expected, bytes), 0);
        cr_expect_eq(memcmp(a.discounted, b.discounted, bytes), 0);
        tn_clv_table_destroy(alone);
        tn_clv_table_destroy(shared);
        tn_team_destroy(team);
    }
}

Test(lifetime, a_table_refuses_what_it_cannot_hold) {
    tn_clv_table *table = NULL;
    tn_clv_table_shape shape = small_shape(bg);
    shape.x_max = UINT32_MAX;
    cr_expect_eq(tn_clv_table_create(&shape, &table), TN_TOO_LARGE);
    shape = small_shape(bg);
    shape.day_max = UINT32_MAX;
    cr_expect_eq(tn_clv_table_create(&shape, &table), TN_TOO_LARGE);
    shape = small_shape(bg);
    shape.days_per_unit = 0;
    cr_expect_eq(tn_clv_table_create(&shape, &table), TN_BAD_ARGUMENT);
    shape = small_shape(bg);
    shape.parameters.p[0] = -1;
    cr_expect_eq(tn_clv_table_create(&shape, &table), TN_BAD_ARGUMENT);
    cr_expect_null(table);
}

Test(lifetime, a_table_without_memory_is_an_error_and_leaks_nothing) {
    tn_clv_table_shape shape = small_shape(bg);
    tn_heap *heap = tn_heap_create(0);
    cr_assert_not_null(heap);
    shape.heap = heap;
    tn_status status = TN_OUT_OF_MEMORY;
    unsigned failed = 0;
    for (uint64_t n = 1; status == TN_OUT_OF_MEMORY; n++, failed++) {
        tn_clv_table *table = NULL;
        tn_alloc_fail_at(n, false);
        status = tn_clv_table_create(&shape, &table);
        tn_alloc_fail_at(0, false);
        cr_assert(status == TN_OK || table == NULL);
        tn_clv_table_destroy(table);
        cr_assert_eq(tn_heap_used_bytes(heap), 0, "allocation %llu", (unsigned long long)n);
    }
    cr_expect_eq(status, TN_OK);
    cr_expect_geq(failed, 4);
    tn_heap_destroy(heap);
}
