/* Random expressions over random rows: the compiled program against the tree walker of
 * expr_oracle.h. */
#include "support/expr_world.h"

#include "base/cpu.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORLDS = 250, EXPRESSIONS_MAX = 16, DEPTH_MAX = 6 };

static const double tolerance = 1e-12;

typedef struct tally {
    uint64_t kinds[TN_NODE_KIND_COUNT];
    uint64_t expressions;
    uint64_t values; /* compared */
    uint64_t nulls;
    uint64_t unsure;
    uint64_t exact;
} tally;

typedef struct batch {
    tn_world world;
    tn_arena arena;
    size_t count;
    tn_buffer texts[EXPRESSIONS_MAX];
    tn_expr *trees[EXPRESSIONS_MAX];
    tn_program *program;
} batch;

/* What one table of kernels made of a batch. */
typedef struct results {
    tn_program_state *state;
    void *outputs[EXPRESSIONS_MAX];
} results;

static uint64_t the_seed(void) {
    const char *given = getenv("TENURE_SEED");
    uint64_t seed = 0;
    if (given != NULL) return strtoull(given, NULL, 10);
    cr_assert_eq(tn_random_bytes(&seed, sizeof seed), TN_OK);
    return seed >> 16;
}

static void count_kinds(const tn_expr *e, tally *t) {
    t->kinds[e->kind]++;
    for (uint32_t i = 0; i < e->child_count; i++)
        count_kinds(e->children[i], t);
}

/* ---- Making a batch ---- */

static void draw_expression(batch *b, tn_rng *rng, tally *t) {
    static const tn_type types[] = {TN_TYPE_NUMBER, TN_TYPE_BOOL,     TN_TYPE_TEXT,
                                    TN_TYPE_TIME,   TN_TYPE_DURATION, TN_TYPE_DATE};
    const tn_type type = types[tn_rng_below(rng, 6)];
    const int depth = 1 + (int)tn_rng_below(rng, DEPTH_MAX);
    tn_buffer *text = &b->texts[b->count];
    tn_error error = {0};
    tn_expr *tree = NULL;
    tn_buffer_clear(text);
    tn_world_expression(&b->world, rng, type, depth, text);
    cr_assert_not(text->failed);
    const tn_str source = {.data = text->data, .size = text->size};
    const tn_status parsed = tn_expr_parse(&b->arena, source, &tree, NULL, &error);
    /* Only a product of literals may grow too long, and only a wide tree too large. */
    if (parsed != TN_OK && strstr(error.message, "more than") != NULL) return;
    cr_assert_eq(parsed, TN_OK, "%s in %.*s", error.message, (int)text->size, text->data);
    const tn_status checked =
        tn_expr_check_as(&b->arena, tree, &b->world.scope, type, "the expression", NULL, &error);
    if (checked != TN_OK && strstr(error.message, "at most 10000 years") != NULL) return;
    cr_assert_eq(checked, TN_OK, "%s in %.*s", error.message, (int)text->size, text->data);
    count_kinds(tree, t);
    b->trees[b->count++] = tree;
}

static tn_physical stored_as(tn_type type) {
    if (type == TN_TYPE_BOOL) return TN_PHYSICAL_BITS;
    return type == TN_TYPE_TEXT ? TN_PHYSICAL_CODE : TN_PHYSICAL_F64;
}

static void compile(batch *b) {
    const tn_lowering lowering = {.context = &b->world, .leaf = tn_world_lower_leaf};
    tn_builder *builder = tn_builder_create(b->world.zone);
    tn_error error = {0};
    for (size_t i = 0; i < b->count; i++) {
        const tn_value_id value = tn_expr_lower(builder, b->trees[i], &lowering);
        cr_assert_neq(value, TN_NO_VALUE);
        tn_build_output(builder, (uint32_t)i, value, stored_as(b->trees[i]->type));
    }
    cr_assert_eq(tn_builder_seal(builder, &b->program, &error), TN_OK, "%s", error.message);
}

static void batch_make(batch *b, tn_rng *rng, tally *t) {
    memset(b, 0, sizeof *b);
    tn_world_init(&b->world, rng);
    tn_arena_init(&b->arena, NULL);
    const size_t wanted = 1 + tn_rng_below(rng, EXPRESSIONS_MAX);
    for (size_t i = 0; i < wanted; i++)
        tn_buffer_init(&b->texts[i], NULL);
    for (size_t i = 0; i < wanted; i++)
        draw_expression(b, rng, t);
    t->expressions += b->count;
    if (b->count > 0) compile(b);
}

static void batch_release(batch *b) {
    tn_program_destroy(b->program);
    for (size_t i = 0; i < EXPRESSIONS_MAX; i++)
        tn_buffer_deinit(&b->texts[i]);
    tn_arena_deinit(&b->arena);
    tn_world_deinit(&b->world);
}

/* ---- Comparing ---- */

static void run(const batch *b, const tn_kernels *kernels, results *r) {
    for (size_t i = 0; i < b->count; i++) {
        r->outputs[i] = tn_alloc_zero(NULL, TN_TILE_ROWS * 8);
        cr_assert_not_null(r->outputs[i]);
    }
    r->state = tn_world_run(&b->world, b->program, kernels, r->outputs);
}

static void results_release(const batch *b, results *r) {
    for (size_t i = 0; i < b->count; i++)
        tn_free(NULL, r->outputs[i], TN_TILE_ROWS * 8);
    tn_program_state_destroy(r->state);
}

static bool numbers_agree(double got, const tn_oracle_value *want, tally *t) {
    if (want->is_null || isnan(got)) return want->is_null && isnan(got);
    if (want->slack == 0.0) {
        t->exact++;
        return got == want->number;
    }
    return fabs(got - want->number) <= want->slack + tolerance * fabs(want->number) + 1e-300;
}

static bool texts_agree(const results *r, uint32_t code, const tn_oracle_value *want) {
    if (want->is_null || code == TN_CODE_NULL) return want->is_null && code == TN_CODE_NULL;
    return tn_str_equal(tn_dict_text(tn_state_dictionary(r->state), code), want->text);
}

static bool agree(const results *r, size_t i, size_t row, const tn_oracle_value *want, tally *t) {
    const void *output = r->outputs[i];
    if (want->type == TN_TYPE_BOOL) {
        const bool got = ((const uint64_t *)output)[row / 64] >> row % 64 & 1;
        return got == (!want->is_null && want->boolean);
    }
    if (want->type == TN_TYPE_TEXT) return texts_agree(r, ((const uint32_t *)output)[row], want);
    return numbers_agree(((const double *)output)[row], want, t);
}

static void report(const batch *b, const results *r, size_t i, size_t row,
                   const tn_oracle_value *want) {
    const double got = ((const double *)r->outputs[i])[row];
    cr_assert_fail("row %zu of %zu, zone %s, as of %" PRId64 ": %.*s\n wanted %s%.17g (slack %g) "
                   "'%.*s', got %.17g",
                   row, b->world.rows, tn_zone_name(b->world.zone), b->world.as_of_ms,
                   (int)b->texts[i].size, b->texts[i].data, want->is_null ? "null " : "",
                   want->type == TN_TYPE_BOOL ? (double)want->boolean : want->number, want->slack,
                   (int)want->text.size, want->text.data == NULL ? "" : want->text.data, got);
}

static void compare_row(const batch *b, const results *r, size_t row, tally *t) {
    tn_arena texts;
    tn_oracle oracle = {.leaf = tn_world_leaf,
                        .as_of_ms = b->world.as_of_ms,
                        .zone = b->world.zone,
                        .arena = &texts};
    tn_world_row view = {.world = &b->world, .row = row, .oracle = &oracle};
    oracle.context = &view;
    tn_arena_init(&texts, NULL);
    for (size_t i = 0; i < b->count; i++) {
        oracle.unsure = false;
        const tn_oracle_value want = tn_oracle_eval(&oracle, b->trees[i]);
        t->values++;
        t->nulls += want.is_null;
        t->unsure += oracle.unsure;
        if (!oracle.unsure && !agree(r, i, row, &want, t)) report(b, r, i, row, &want);
    }
    tn_arena_deinit(&texts);
}

/* Every table of kernels gives the same bits. */
static void compare_tables(const batch *b, const results *base, const results *other) {
    for (size_t i = 0; i < b->count; i++) {
        const tn_physical physical = stored_as(b->trees[i]->type);
        const size_t size = physical == TN_PHYSICAL_BITS   ? (b->world.rows + 63) / 64 * 8
                            : physical == TN_PHYSICAL_CODE ? b->world.rows * 4
                                                           : b->world.rows * 8;
        cr_assert_eq(memcmp(base->outputs[i], other->outputs[i], size), 0,
                     "instruction sets disagree about %.*s", (int)b->texts[i].size,
                     b->texts[i].data);
    }
}

static void compare_batch(const batch *b, tally *t) {
    results base;
    if (b->count == 0) return;
    run(b, tn_kernels_get(TN_ISA_BASE), &base);
    for (size_t row = 0; row < b->world.rows; row++)
        compare_row(b, &base, row, t);
    for (int isa = TN_ISA_BASE + 1; isa < TN_ISA_COUNT; isa++) {
        results other;
        if (tn_kernels_get((tn_isa)isa) == NULL) continue;
        run(b, tn_kernels_get((tn_isa)isa), &other);
        compare_tables(b, &base, &other);
        results_release(b, &other);
    }
    results_release(b, &base);
}

static void print_tally(const tally *t) {
    printf("%" PRIu64 " expressions, %" PRIu64 " values: %.1f%% null, %.1f%% compared exactly, "
           "%.2f%% left out as too near to a step\n",
           t->expressions, t->values, 100.0 * (double)t->nulls / (double)t->values,
           100.0 * (double)t->exact / (double)t->values,
           100.0 * (double)t->unsure / (double)t->values);
    for (int kind = 0; kind < TN_NODE_KIND_COUNT; kind++)
        printf("%s %" PRIu64 "%s", tn_node_word((tn_node_kind)kind), t->kinds[kind],
               kind % 8 == 7 || kind == TN_NODE_KIND_COUNT - 1 ? "\n" : ", ");
    fflush(stdout);
}

Test(expr_random, compiled_expressions_mean_what_the_tree_walker_says, .timeout = 600) {
    static tally t;
    static batch b;
    tn_rng rng;
    const uint64_t seed = the_seed();
    printf("TENURE_SEED=%" PRIu64 "\n", seed);
    fflush(stdout);
    tn_rng_init(&rng, seed);
    for (int world = 0; world < WORLDS; world++) {
        batch_make(&b, &rng, &t);
        compare_batch(&b, &t);
        batch_release(&b);
    }
    print_tally(&t);
    for (int kind = 0; kind < TN_NODE_KIND_COUNT; kind++)
        cr_expect_gt(t.kinds[kind], 0, "%s never occurred", tn_node_word((tn_node_kind)kind));
    cr_expect_lt(t.unsure * 20, t.values, "too many values are left out");
}
