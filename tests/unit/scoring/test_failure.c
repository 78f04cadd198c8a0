/* Running out of memory at every allocation: an error, nothing lost, nothing half done. */
#include "support/scoring_base.h"

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static const char model[] =
    "tenure: 1\n"
    "name: test\n"
    "attributes:\n"
    "  age: {type: float}\n"
    "  town: {type: category}\n"
    "actions:\n"
    "  visit: {fields: {page: category}}\n"
    "  shop: {of: visit, where: \"page = 'shop'\"}\n"
    "  buy: {value: money}\n"
    "transactions: {action: buy, one_per: day, unit: week}\n"
    "scores:\n"
    "  s:\n"
    "    rules:\n"
    "      v: {action: visit, points: 1, half_life: 7d, if: \"trait.decile > 3\"}\n"
    "      b: {action: buy, points: 1, per: \"log(1 + value)\"}\n"
    "    grades: {high: 2, low: 1}\n"
    "rfm: {bins: 3, segments: {Best: {recency: 3}}}\n"
    "clv: {purchases: mbg_nbd, spend: mean, horizon: 9w, discount: 10%, margin: 30%,\n"
    "      parameters: {mbg_nbd: [0.525, 6.183, 0.891, 1.614]}}\n"
    "traits:\n"
    "  name: \"join(town, '-x')\"\n"
    "  decile: \"tile(age, 10)\"\n"
    "  second: \"tile(trait.decile + age, 4)\"\n"
    "stages: {m: {first: \"true\", second: \"age > 1\"}}\n"
    "segments: {old: \"age > 50\", named: \"trait.name = 'Rom-x'\"}\n";

/* Makes the N-th allocation of the body fail, for N = 1, 2 … until it succeeds. `leave` undoes a
 * success. */
typedef tn_status attempt(void *context);

static void fail_each(attempt *body, void (*check)(void *context), void (*leave)(void *context),
                      void *context) {
    for (uint64_t n = 1; n < 100000; n++) {
        (void)tn_alloc_fail_at(n, n % 2 == 0);
        const tn_status status = body(context);
        (void)tn_alloc_fail_at(0, false);
        if (status == TN_OK) {
            cr_assert_gt(n, 1);
            leave(context);
            return;
        }
        cr_assert_eq(status, TN_OUT_OF_MEMORY, "allocation %llu: %s", (unsigned long long)n,
                     tn_status_name(status));
        check(context);
    }
    cr_assert(false, "never succeeded");
}

typedef struct attempt_context {
    scoring_base base;
    tn_plan *plan;
    tn_intake *intake;
    tn_intake_state *state;
    tn_scorer *scorer;
    tn_query *query;
    int64_t as_of_ms;
    uint64_t epoch;
    tn_value before[64]; /* derived values of 'a' in the published epoch */
    size_t used_bytes;
} attempt_context;

static void open_context(attempt_context *c) {
    scoring_base_open(&c->base, model, 2, TN_ISA_BASE);
    for (int i = 0; i < 50; i++) {
        char id[16];
        snprintf(id, sizeof id, "c%d", i);
        scoring_base_number(&c->base, id, "age", i);
        scoring_base_text(&c->base, id, "town", i % 2 ? "Rom" : id);
        scoring_base_do(&c->base, id, "buy", "2026-01-01", 10 + i);
        scoring_base_do(&c->base, id, "buy", "2026-01-03", 10 + i);
        scoring_base_do(&c->base, id, "visit", "2026-01-03", NAN);
    }
    c->as_of_ms = scoring_base_time(&c->base, "2026-01-10");
    c->used_bytes = tn_heap_used_bytes(NULL);
}

static void check_used(void *context) {
    const attempt_context *c = context;
    cr_assert_eq(tn_heap_used_bytes(NULL), c->used_bytes);
}

static tn_status compile_plan(void *context) {
    attempt_context *c = context;
    return tn_plan_compile(c->base.model, &c->plan, NULL);
}
static void leave_plan(void *context) {
    tn_plan_destroy(((attempt_context *)context)->plan);
}

static tn_status compile_intake(void *context) {
    attempt_context *c = context;
    return tn_intake_compile(c->base.model, &c->intake, NULL);
}
static void leave_intake(void *context) {
    tn_intake_destroy(((attempt_context *)context)->intake);
}

static tn_status create_state(void *context) {
    attempt_context *c = context;
    return tn_intake_state_create(c->base.intake, c->base.kernels, &c->state);
}
static void leave_state(void *context) {
    tn_intake_state_destroy(((attempt_context *)context)->state);
}

static tn_status create_scorer(void *context) {
    attempt_context *c = context;
    const tn_scorer_shard shards[2] = {{c->base.tables[0], c->base.heaps[0]},
                                       {c->base.tables[1], c->base.heaps[1]}};
    return tn_scorer_create(c->base.plan, c->base.kernels, shards, 2, &c->scorer, NULL);
}
static void leave_scorer(void *context) {
    tn_scorer_destroy(((attempt_context *)context)->scorer);
}

Test(failure, compiling_and_creating_fail_cleanly_at_every_allocation) {
    static attempt_context c;
    open_context(&c);
    fail_each(compile_plan, check_used, leave_plan, &c);
    fail_each(compile_intake, check_used, leave_intake, &c);
    fail_each(create_state, check_used, leave_state, &c);
    fail_each(create_scorer, check_used, leave_scorer, &c);
    scoring_base_close(&c.base);
}

static void remember(attempt_context *c) {
    for (uint32_t d = 0; d < c->base.model->derived_count; d++)
        c->before[d] = scoring_base_derived(&c->base, tn_str_of("c7"), d);
    c->epoch = tn_scorer_epoch(c->base.scorer);
}

static void check_epoch(void *context) {
    const attempt_context *c = context;
    cr_assert_eq(tn_scorer_epoch(c->base.scorer), c->epoch);
    for (uint32_t d = 0; d < c->base.model->derived_count; d++) {
        const tn_value now = scoring_base_derived(&c->base, tn_str_of("c7"), d);
        cr_assert(scoring_same(&now, &c->before[d]), "derived column %u", d);
    }
}

static tn_status run_scorer(void *context) {
    attempt_context *c = context;
    return tn_scorer_run(c->base.scorer, c->as_of_ms, &tn_parallel_serial, NULL);
}
static void leave_run(void *context) {
    const attempt_context *c = context;
    cr_assert_eq(tn_scorer_epoch(c->base.scorer), c->epoch + 1);
}

Test(failure, a_run_that_fails_leaves_the_epoch_alone) {
    static attempt_context c;
    open_context(&c);
    remember(&c); /* before any epoch: everything is null */
    fail_each(run_scorer, check_epoch, leave_run, &c);
    remember(&c);
    c.as_of_ms += 7 * TN_DAY_MS;
    for (int i = 0; i < 9000; i++) { /* more chunks, more texts */
        char id[16];
        snprintf(id, sizeof id, "d%d", i);
        scoring_base_text(&c.base, id, "town", id);
    }
    fail_each(run_scorer, check_epoch, leave_run, &c);
    scoring_base_close(&c.base);
}

static tn_status evaluate_events(void *context) {
    attempt_context *c = context;
    static const uint32_t actions[3] = {0, 2, 0};
    static const int64_t at[3] = {1, 2, 3};
    static const double values[3] = {NAN, 5, NAN};
    static const tn_value fields[3] = {{.type = TN_TYPE_TEXT, .as.text = {"shop", 4}},
                                       {.type = TN_TYPE_TEXT, .is_null = true},
                                       {.type = TN_TYPE_TEXT, .as.text = {"other", 5}}};
    const tn_intake_events events = {.count = 3,
                                     .actions = actions,
                                     .at_ms = at,
                                     .values = values,
                                     .fields = fields,
                                     .field_stride = 1};
    tn_intake_updates updates;
    TN_TRY(tn_intake_evaluate(c->state, &events, &updates, NULL));
    cr_assert(updates.first[1] == 2 && updates.first[3] == 4);
    return TN_OK;
}
static void check_nothing(void *context) {
    (void)context;
}

static tn_status create_query(void *context) {
    attempt_context *c = context;
    return tn_query_create(c->base.scorer,
                           tn_str_of("tile(age + 1, 3) = 2 and contains(trait.name, 'c1')"),
                           &tn_parallel_serial, &c->query, NULL);
}
static void leave_query(void *context) {
    tn_query_destroy(((attempt_context *)context)->query);
}

static tn_status explain_row(void *context) {
    attempt_context *c = context;
    tn_arena arena;
    tn_arena_init(&arena, NULL);
    tn_explain_result *results;
    const tn_status status = tn_scorer_explain(c->base.scorer, 0, 0, &arena, &results, NULL);
    if (status == TN_OK) cr_assert_eq(results[0].item_count, 3);
    tn_arena_deinit(&arena);
    return status;
}

Test(failure, events_queries_and_explanations_fail_cleanly) {
    static attempt_context c;
    open_context(&c);
    cr_assert_eq(run_scorer(&c), TN_OK);
    cr_assert_eq(create_state(&c), TN_OK);
    fail_each(evaluate_events, check_nothing, check_nothing, &c);
    tn_intake_state_destroy(c.state);
    c.used_bytes = tn_heap_used_bytes(NULL);
    fail_each(create_query, check_used, leave_query, &c);
    fail_each(explain_row, check_used, check_nothing, &c);
    scoring_base_close(&c.base);
}
