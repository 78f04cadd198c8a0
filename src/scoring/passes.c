/* passes.c: splitting expressions into passes.
 *
 * Everything runs in the first pass except what reads a tile() of a value that is itself computed:
 * its cuts exist only after the pass that computes the value. Such a value is an output of its pass
 * (a hidden column, unless it is a column anyway) and an input of the next. */
#include "base/bytes.h"
#include "base/error.h"
#include "scoring/plan.h"

#include <math.h>

void tn_passes_deinit(tn_passes *passes) {
    for (size_t i = 0; passes->programs != NULL && i < passes->count; i++)
        if (passes->programs[i] != NULL) tn_program_destroy(passes->programs[i]);
    tn_free(NULL, passes->programs, passes->count * sizeof *passes->programs);
    tn_free(NULL, passes->cuts, passes->cut_capacity * sizeof *passes->cuts);
    *passes = (tn_passes){0};
}

void tn_compiler_init(tn_compiler *compiler, const tn_model *model, tn_arena *arena,
                      tn_passes *passes) {
    *compiler = (tn_compiler){.model = model, .arena = arena, .passes = passes};
}

void tn_compiler_deinit(tn_compiler *compiler) {
    for (size_t i = 0; i < compiler->builder_capacity; i++)
        if (compiler->builders[i] != NULL) tn_builder_destroy(compiler->builders[i]);
    tn_free(NULL, compiler->builders, compiler->builder_capacity * sizeof *compiler->builders);
    compiler->builders = NULL;
    compiler->builder_capacity = 0;
}

tn_builder *tn_compiler_builder(const tn_compiler *compiler) {
    return compiler->builders[compiler->pass];
}

tn_status tn_compiler_enter(tn_compiler *compiler, uint32_t pass, tn_error *error) {
    const size_t before = compiler->builder_capacity;
    if (!tn_array_reserve(NULL, (void **)&compiler->builders, &compiler->builder_capacity,
                          (size_t)pass + 1, sizeof *compiler->builders))
        return tn_fail_memory(error);
    for (size_t i = before; i < compiler->builder_capacity; i++)
        compiler->builders[i] = NULL;
    if (compiler->builders[pass] == NULL) {
        compiler->builders[pass] = tn_builder_create(compiler->model->zone);
        if (compiler->builders[pass] == NULL) return tn_fail_memory(error);
    }
    if (compiler->passes->count <= pass) compiler->passes->count = pass + 1;
    compiler->pass = pass;
    return TN_OK;
}

/* ---- What an expression needs ---- */

static void raise_to(uint32_t *pass, uint32_t least) {
    if (*pass < least) *pass = least;
}

/* A column that holds the whole expression: its key, and the first pass that may read it. */
static bool column_of(const tn_compiler *compiler, const tn_expr *expr, uint32_t *key,
                      uint32_t *readable) {
    uint32_t space;
    *readable = 0;
    switch (expr->kind) {
    case TN_NODE_COUNT:
        space = TN_TABLE_COUNT;
        break;
    case TN_NODE_SUM:
        space = TN_TABLE_SUM;
        break;
    case TN_NODE_FIRST:
        space = TN_TABLE_FIRST;
        break;
    case TN_NODE_LAST:
        space = TN_TABLE_LAST;
        break;
    case TN_NODE_LAST_VALUE:
        space = TN_TABLE_LAST_VALUE;
        break;
    case TN_NODE_COLUMN: {
        const uint32_t index = tn_column_ref_index(expr->column);
        if (tn_column_ref_space(expr->column) == TN_SPACE_ATTRIBUTE) {
            *key = tn_key_pack(TN_TABLE_ATTRIBUTE, index);
            return true;
        }
        *key = tn_key_pack(TN_KEY_DERIVED, index);
        if (!compiler->reads_columns) *readable = compiler->derived_pass[index] + 1;
        return true;
    }
    default:
        return false;
    }
    *key = tn_key_pack(space, expr->action);
    return true;
}

/* Adds the value as a hidden column of the present pass. */
static uint32_t hidden_add(tn_compiler *compiler, tn_value_id value) {
    const uint32_t key = tn_key_pack(TN_KEY_HIDDEN, compiler->passes->hidden_count++);
    tn_build_output(tn_compiler_builder(compiler), key, value, TN_PHYSICAL_F64);
    return key;
}

static tn_status cut_add(tn_compiler *compiler, tn_tile_cut cut, uint32_t *number) {
    tn_passes *passes = compiler->passes;
    for (*number = 0; *number < passes->cut_count; ++*number) {
        const tn_tile_cut *old = &passes->cuts[*number];
        if (old->key == cut.key && old->n == cut.n) return TN_OK;
    }
    if (!tn_array_reserve(NULL, (void **)&passes->cuts, &passes->cut_capacity,
                          passes->cut_count + 1, sizeof *passes->cuts))
        return TN_OUT_OF_MEMORY;
    passes->cuts[passes->cut_count++] = cut;
    return TN_OK;
}

/* Takes note of a TILE whose argument can be computed in pass `at`; *readable is the first pass in
 * which the tile can be. */
static tn_status tile_add(tn_compiler *compiler, const tn_expr *node, uint32_t at,
                          uint32_t *readable, tn_error *error) {
    tn_tile_cut cut = {.n = node->as.count};
    if (!column_of(compiler, node->children[0], &cut.key, &cut.pass)) {
        const uint32_t present = compiler->pass;
        TN_TRY(tn_compiler_enter(compiler, at, error));
        cut.key = hidden_add(compiler, tn_compiler_lower(compiler, node->children[0]));
        cut.pass = at + 1;
        compiler->pass = present;
    }
    tn_tile_use *use = tn_arena_alloc(compiler->arena, sizeof *use);
    if (use == NULL || cut_add(compiler, cut, &use->cut) != TN_OK) return tn_fail_memory(error);
    use->node = node;
    use->next = compiler->tiles;
    compiler->tiles = use;
    *readable = cut.pass;
    return TN_OK;
}

static tn_status bucket_add(tn_compiler *compiler, const tn_expr *node, tn_error *error) {
    const tn_bucket_use *old = compiler->buckets;
    while (old != NULL && !(old->n == node->as.count && tn_str_equal(old->salt, node->text)))
        old = old->next;
    if (old != NULL) return TN_OK;
    tn_bucket_use *use = tn_arena_alloc(compiler->arena, sizeof *use);
    if (use == NULL) return tn_fail_memory(error);
    *use = (tn_bucket_use){.n = node->as.count, .salt = node->text, .next = compiler->buckets};
    if (use->next != NULL) use->index = use->next->index + 1;
    compiler->buckets = use;
    return TN_OK;
}

static tn_status not_kept(const tn_compiler *compiler, const tn_expr *expr, tn_error *error) {
    const tn_str action = compiler->model->actions[expr->action].name;
    return tn_fail(error, TN_UNSUPPORTED,
                   "the model keeps nothing for '%s(%.*s)': use it in the model file first",
                   tn_node_word(expr->kind), (int)action.size, action.data);
}

static tn_status kept_check(const tn_compiler *compiler, const tn_expr *expr, tn_error *error) {
    uint32_t needs = 0;
    switch (expr->kind) {
    case TN_NODE_FIRST:
        needs = TN_NEED_FIRST;
        break;
    case TN_NODE_SUM:
    case TN_NODE_MEAN:
        needs = TN_NEED_SUM;
        break;
    case TN_NODE_LAST_VALUE:
        needs = TN_NEED_LAST_VALUE;
        break;
    case TN_NODE_DECAYED:
        if (tn_model_find_decay(compiler->model, expr->action, expr->as.duration_ms) == TN_NONE)
            return not_kept(compiler, expr, error);
        return TN_OK;
    default:
        return TN_OK;
    }
    const uint32_t kept = compiler->model->schema.actions[expr->action].needs;
    return (kept & needs) == needs ? TN_OK : not_kept(compiler, expr, error);
}

tn_status tn_compiler_prepare(tn_compiler *compiler, const tn_expr *expr, uint32_t *pass,
                              tn_error *error) {
    if (expr == NULL) return TN_OK;
    uint32_t own = 0;
    for (uint32_t i = 0; i < expr->child_count; i++)
        TN_TRY(tn_compiler_prepare(compiler, expr->children[i], &own, error));
    TN_TRY(kept_check(compiler, expr, error));
    if (expr->kind == TN_NODE_COLUMN && !compiler->reads_columns &&
        tn_column_ref_space(expr->column) == TN_SPACE_DERIVED)
        own = compiler->derived_pass[tn_column_ref_index(expr->column)];
    if (expr->kind == TN_NODE_BUCKET && !compiler->reads_columns)
        TN_TRY(bucket_add(compiler, expr, error));
    if (expr->kind == TN_NODE_TILE) TN_TRY(tile_add(compiler, expr, own, &own, error));
    raise_to(pass, own);
    return TN_OK;
}

/* ---- Sealing ---- */

tn_status tn_compiler_seal(tn_compiler *compiler, tn_error *error) {
    tn_passes *passes = compiler->passes;
    const size_t count = passes->count;
    passes->programs = tn_alloc_array(NULL, count, sizeof *passes->programs);
    if (passes->programs == NULL) {
        passes->count = 0;
        return tn_fail_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        TN_TRY(tn_compiler_enter(compiler, (uint32_t)i, error)); /* a pass may compute nothing */
        tn_builder *builder = compiler->builders[i];
        compiler->builders[i] = NULL;
        TN_TRY(tn_builder_seal(builder, &passes->programs[i], error));
    }
    return TN_OK;
}
