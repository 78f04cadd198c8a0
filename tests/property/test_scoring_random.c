/* Random models over random bases: the engine's plan against the oracle of model_oracle.h, on every
 * instruction set and for 1, 2 and 7 shards, whose bits must agree among themselves. */
#include "support/model_generate.h"
#include "support/model_oracle.h"
#include "support/scoring_base.h"

#include "base/cpu.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MODELS = 150, CUSTOMERS_MAX = 120, EVENTS_MAX = 2500, VARIANTS_MAX = 8, QUERIES = 4 };

typedef struct tally {
    uint64_t values, unsure, nulls, exact;
    uint64_t passes_many;
} tally;

typedef struct trial {
    tn_rng rng;
    uint64_t seed;
    model_generator generator;
    scoring_base bases[VARIANTS_MAX];
    size_t base_count;
    model_oracle oracle;
    char ids[CUSTOMERS_MAX][16];
    size_t id_count;
    int64_t from_ms, as_of_ms;
    tally *tally;
} trial;

static uint64_t the_seed(void) {
    const char *given = getenv("TENURE_SEED");
    uint64_t seed = 0;
    if (given != NULL) return strtoull(given, NULL, 10);
    cr_assert_eq(tn_random_bytes(&seed, sizeof seed), TN_OK);
    return seed >> 16;
}

/* ---- Making a trial ---- */

static void open_bases(trial *t) {
    static const size_t shards[] = {1, 2, 7};
    t->base_count = 0;
    for (size_t i = 0; i < 3; i++)
        scoring_base_open(&t->bases[t->base_count++], t->generator.text.data, shards[i],
                          TN_ISA_BASE);
    for (int isa = TN_ISA_AVX2; isa < TN_ISA_COUNT; isa++)
        if (tn_kernels_get((tn_isa)isa) != NULL)
            scoring_base_open(&t->bases[t->base_count++], t->generator.text.data, shards[isa],
                              (tn_isa)isa);
    model_oracle_init(&t->oracle, t->bases[0].model);
}

static void close_bases(trial *t) {
    model_oracle_deinit(&t->oracle);
    for (size_t i = 0; i < t->base_count; i++)
        scoring_base_close(&t->bases[i]);
}

static tn_str draw_id(trial *t) {
    return tn_str_of(t->ids[tn_rng_below(&t->rng, t->id_count)]);
}

static void draw_attribute(trial *t) {
    const tn_model *model = t->bases[0].model;
    const tn_str id = draw_id(t);
    const uint32_t attribute = (uint32_t)tn_rng_below(&t->rng, model->attribute_count);
    const tn_value value = model_generate_value(&t->rng, model->attributes[attribute].type);
    for (size_t i = 0; i < t->base_count; i++)
        scoring_base_set(&t->bases[i], id, attribute, &value);
    model_oracle_set(&t->oracle, model_oracle_customer(&t->oracle, id), attribute, &value);
}

static double draw_value(trial *t, tn_value_kind kind) {
    if (kind == TN_VALUE_NONE) return (double)NAN;
    if (kind != TN_VALUE_MONEY && tn_rng_below(&t->rng, 3) == 0) return (double)NAN;
    return (double)tn_rng_below(&t->rng, 500) / 4; /* sums of quarters are exact */
}

static void draw_event(trial *t) {
    const tn_model *model = t->bases[0].model;
    tn_value fields[TN_FIELDS_MAX];
    uint32_t action;
    do
        action = (uint32_t)tn_rng_below(&t->rng, model->action_count);
    while (model->actions[action].of != TN_NONE);
    for (uint32_t f = 0; f < model->actions[action].field_count; f++)
        fields[f] = model_generate_value(&t->rng, model->actions[action].fields[f].type);
    const int64_t span = t->as_of_ms - t->from_ms;
    /* often the same instants, so that ties and equal days occur */
    const int64_t step = tn_rng_below(&t->rng, 2) == 0 ? 1 : TN_DAY_MS / 4;
    const int64_t at = t->from_ms + (int64_t)tn_rng_below(&t->rng, (uint64_t)(span / step)) * step;
    const scoring_event event = {.id = draw_id(t),
                                 .action = action,
                                 .at_ms = at,
                                 .value = draw_value(t, model->actions[action].value),
                                 .fields = fields};
    for (size_t i = 0; i < t->base_count; i++)
        scoring_base_event(&t->bases[i], &event);
    model_oracle_event(
        &t->oracle, model_oracle_customer(&t->oracle, event.id),
        &(oracle_event){.action = action, .at_ms = at, .value = event.value, .fields = fields});
}

static void draw_removal(trial *t) {
    const tn_str id = draw_id(t);
    const size_t customer = model_oracle_customer(&t->oracle, id);
    for (size_t i = 0; i < t->base_count; i++) {
        (void)scoring_base_row(&t->bases[i], id);
        scoring_base_remove(&t->bases[i], id);
    }
    model_oracle_remove(&t->oracle, customer);
}

static void draw_base(trial *t) {
    t->id_count = 2 + tn_rng_below(&t->rng, CUSTOMERS_MAX - 2);
    for (size_t i = 0; i < t->id_count; i++)
        snprintf(t->ids[i], sizeof t->ids[i], "c%zu", i * i);
    t->from_ms = 1500000000000 + (int64_t)tn_rng_below(&t->rng, 200000000000);
    t->as_of_ms = t->from_ms + (int64_t)(1 + tn_rng_below(&t->rng, 500)) * TN_DAY_MS;
    const size_t events = tn_rng_below(&t->rng, EVENTS_MAX);
    for (size_t i = 0; i < events; i++) {
        const uint64_t what = tn_rng_below(&t->rng, 100);
        if (what < 15)
            draw_attribute(t);
        else if (what == 15)
            draw_removal(t);
        else
            draw_event(t);
    }
}

static void run_all(trial *t) {
    const tn_model *model = t->bases[0].model;
    const tn_scorer *first = t->bases[0].scorer;
    if (model->clv.is_present && !tn_scorer_has_purchases(first) && tn_rng_below(&t->rng, 2) == 0) {
        const tn_purchase_parameters late = {model->clv.purchases, {0.3, 5, 0.8, 2.5}};
        for (size_t i = 0; i < t->base_count; i++)
            tn_scorer_set_purchases(t->bases[i].scorer, &late);
    }
    for (size_t i = 0; i < t->base_count; i++)
        scoring_base_run(&t->bases[i], t->as_of_ms);
    model_oracle_run(&t->oracle, t->as_of_ms,
                     tn_scorer_has_purchases(first) ? tn_scorer_purchases(first) : NULL,
                     tn_scorer_has_spend(first) ? tn_scorer_spend(first) : NULL);
}

/* ---- Comparing ---- */

static void fail_at(const trial *t, tn_str id, uint32_t derived, const char *what, double got,
                    double want) {
    const tn_str name = t->bases[0].model->derived[derived].name;
    fprintf(stderr, "%s\n", t->generator.text.data);
    cr_assert(false, "seed %" PRIu64 ": %.*s of %.*s: %s: %.17g instead of %.17g", t->seed,
              (int)name.size, name.data, (int)id.size, id.data, what, got, want);
}

static double number_of(const tn_value *v) {
    switch (v->type) {
    case TN_TYPE_BOOL:
        return v->as.boolean;
    case TN_TYPE_TIME:
        return (double)v->as.time_ms;
    case TN_TYPE_DATE:
        return v->as.date_days;
    case TN_TYPE_DURATION:
        return v->as.duration_ms;
    default:
        return v->as.number;
    }
}

static bool agrees(const tn_model *model, uint32_t derived, const tn_value *got,
                   const tn_oracle_value *want) {
    if (got->is_null || want->is_null) return got->is_null == want->is_null;
    switch (got->type) {
    case TN_TYPE_BOOL:
        return got->as.boolean == want->boolean;
    case TN_TYPE_TEXT:
        return tn_str_equal(got->as.text, want->text);
    case TN_TYPE_LEVEL:
        return tn_str_equal(got->as.text,
                            model->derived[derived].levels->names[(size_t)want->number]);
    default:
        return fabs(number_of(got) - want->number) <= want->slack;
    }
}

static void compare_cell(trial *t, size_t customer, uint32_t derived) {
    const oracle_customer *c = &t->oracle.customers[customer];
    const oracle_cell *cell = &c->cells[derived];
    const tn_value got = scoring_base_derived(&t->bases[0], c->id, derived);
    for (size_t i = 1; i < t->base_count; i++) {
        const tn_value other = scoring_base_derived(&t->bases[i], c->id, derived);
        if (!scoring_same(&got, &other))
            fail_at(t, c->id, derived, "bits of two bases differ", number_of(&other),
                    number_of(&got));
    }
    t->tally->values++;
    t->tally->unsure += cell->is_unsure;
    t->tally->nulls += cell->value.is_null;
    t->tally->exact += cell->value.slack == 0;
    if (cell->is_unsure) return;
    if (!agrees(t->bases[0].model, derived, &got, &cell->value))
        fail_at(t, c->id, derived, got.is_null ? "null" : "differs from the oracle",
                number_of(&got), cell->value.is_null ? (double)NAN : cell->value.number);
}

static void compare_queries(trial *t) {
    const tn_model *model = t->bases[0].model;
    tn_arena arena;
    tn_buffer text;
    tn_arena_init(&arena, NULL);
    tn_buffer_init(&text, NULL);
    for (int q = 0; q < QUERIES; q++) {
        tn_expr *expr;
        tn_error error = {0};
        tn_buffer_clear(&text);
        model_generate_condition(&t->generator, 3, &text);
        tn_buffer_append_char(&text, 0);
        const tn_status status =
            tn_model_compile(model, &arena, tn_str_of(text.data), TN_TYPE_BOOL, &expr, &error);
        cr_assert_eq(status, TN_OK, "%s: %s", text.data, error.message);
        tn_query *query;
        const tn_status made = tn_query_create(t->bases[0].scorer, tn_str_of(text.data),
                                               &tn_parallel_serial, &query, &error);
        if (made == TN_UNSUPPORTED) continue; /* the model keeps no such sum */
        cr_assert_eq(made, TN_OK);
        tn_query_destroy(query);
        for (size_t i = 0; i < t->oracle.customer_count; i += 7) {
            const oracle_customer *c = &t->oracle.customers[i];
            if (!c->is_live) continue;
            const oracle_cell want = model_oracle_eval(&t->oracle, i, expr);
            char id[16];
            snprintf(id, sizeof id, "%.*s", (int)c->id.size, c->id.data);
            for (size_t b = 0; b < 2 && !want.is_unsure; b++)
                cr_assert_eq(scoring_base_query(&t->bases[b], text.data, id), want.value.boolean,
                             "seed %" PRIu64 ": %s for %s", t->seed, text.data, id);
        }
    }
    tn_buffer_deinit(&text);
    tn_arena_deinit(&arena);
}

/* The lines of an explanation sum to the stored score. */
static void compare_explanation(trial *t, tn_str id) {
    const scoring_base *base = &t->bases[1];
    const size_t shard = scoring_base_shard(base, id);
    tn_arena arena;
    tn_arena_init(&arena, NULL);
    tn_explain_result *results;
    cr_assert_eq(tn_scorer_explain(base->scorer, shard, tn_table_find(base->tables[shard], id),
                                   &arena, &results, NULL),
                 TN_OK);
    uint32_t derived = 0; /* scores come first, in order */
    for (uint32_t s = 0; s < base->model->score_count; s++, derived++) {
        const tn_value stored = scoring_base_derived(base, id, derived);
        int64_t sum = 0;
        for (size_t i = 0; i < results[s].item_count; i++)
            sum += results[s].items[i].units;
        cr_assert_eq(sum, results[s].units);
        if (sum != (int64_t)(stored.as.number * TN_SCORE_UNITS_PER_POINT))
            fail_at(t, id, derived, "explained", (double)sum / TN_SCORE_UNITS_PER_POINT,
                    stored.as.number);
    }
    tn_arena_deinit(&arena);
}

static void compare_all(trial *t) {
    for (size_t i = 0; i < t->oracle.customer_count; i++) {
        if (!t->oracle.customers[i].is_live) continue;
        for (uint32_t d = 0; d < t->bases[0].model->derived_count; d++)
            compare_cell(t, i, d);
        compare_explanation(t, t->oracle.customers[i].id);
    }
    compare_queries(t);
}

static void run_trial(trial *t, uint64_t seed) {
    t->seed = seed;
    tn_rng_init(&t->rng, seed);
    model_generator_init(&t->generator, &t->rng);
    model_generate(&t->generator);
    open_bases(t);
    draw_base(t);
    run_all(t);
    t->tally->passes_many += tn_plan_pass_count(t->bases[0].plan) > 1;
    compare_all(t);
    /* a second epoch, later, over the same base */
    t->as_of_ms += (int64_t)tn_rng_below(&t->rng, 40) * TN_DAY_MS;
    run_all(t);
    compare_all(t);
    close_bases(t);
    model_generator_deinit(&t->generator);
}

Test(scoring_random, plans_agree_with_the_oracle_everywhere) {
    static trial t;
    tally total = {0};
    const uint64_t seed = the_seed();
    const char *models = getenv("TENURE_MODELS");
    printf("scoring_random: seed %" PRIu64 "\n", seed);
    for (uint64_t i = 0; i < (models != NULL ? strtoull(models, NULL, 10) : MODELS); i++) {
        t.tally = &total;
        run_trial(&t, seed + i);
    }
    printf("scoring_random: %" PRIu64 " values, %" PRIu64 " nulls, %" PRIu64 " exact, %" PRIu64
           " unsure, %" PRIu64 " models of several passes\n",
           total.values, total.nulls, total.exact, total.unsure, total.passes_many);
    cr_assert(total.unsure * 20 < total.values);
    cr_assert(total.passes_many > 0);
}
