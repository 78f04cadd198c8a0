/* leaves.c: what the leaves of expressions read: columns of the store, derived columns, tiles. */
#include "base/assert.h"
#include "base/bytes.h"
#include "scoring/plan.h"

#include <math.h>

tn_physical tn_derived_physical(const tn_derived *derived) {
    switch (derived->kind) {
    case TN_DERIVED_SCORE:
        return TN_PHYSICAL_UNITS;
    case TN_DERIVED_RFM_RECENCY:
    case TN_DERIVED_RFM_FREQUENCY:
    case TN_DERIVED_RFM_MONETARY:
        return TN_PHYSICAL_I8;
    default:
        break;
    }
    switch (derived->type) {
    case TN_TYPE_NUMBER:
        return TN_PHYSICAL_F32;
    case TN_TYPE_BOOL:
        return TN_PHYSICAL_BITS;
    case TN_TYPE_TEXT:
        return TN_PHYSICAL_CODE;
    case TN_TYPE_LEVEL:
        return TN_PHYSICAL_I8;
    case TN_TYPE_TIME:
        return TN_PHYSICAL_I64;
    case TN_TYPE_DURATION:
        return TN_PHYSICAL_F64;
    case TN_TYPE_DATE:
        return TN_PHYSICAL_I32;
    }
    TN_ASSERT(false && "a type");
    return TN_PHYSICAL_F64;
}

tn_physical tn_key_physical(const tn_model *model, uint32_t key) {
    const uint32_t index = tn_key_index(key);
    switch (tn_key_space(key)) {
    case TN_TABLE_ATTRIBUTE:
        return tn_attribute_physical(model->attributes[index].type);
    case TN_TABLE_COUNT:
    case TN_TABLE_REPEATS:
        return TN_PHYSICAL_U32;
    case TN_TABLE_FIRST:
    case TN_TABLE_LAST:
    case TN_TABLE_JOINED:
    case TN_TABLE_LAST_SEEN:
        return TN_PHYSICAL_I64;
    case TN_TABLE_FIRST_DAY:
    case TN_TABLE_LAST_DAY:
        return TN_PHYSICAL_I32;
    case TN_KEY_BUCKET:
        return TN_PHYSICAL_U32;
    case TN_KEY_VALIDITY:
        return TN_PHYSICAL_BITS;
    case TN_KEY_DERIVED:
        return tn_derived_physical(&model->derived[index]);
    default:
        return TN_PHYSICAL_F64;
    }
}

/* The dictionary that the codes of a column belong to, by the number under which states know it:
 * the attributes', then those of the passes. */
static uint32_t dictionary_of(const tn_compiler *compiler, uint32_t key) {
    const uint32_t index = tn_key_index(key);
    if (tn_key_space(key) == TN_TABLE_ATTRIBUTE) return index;
    return compiler->model->attribute_count + compiler->derived_pass[index];
}

/* A bool that may be null: 1, 0 or null. */
static tn_value_id nullable_bool(const tn_compiler *compiler, uint32_t key, tn_value_id bits) {
    tn_builder *b = tn_compiler_builder(compiler);
    const uint32_t validity = tn_key_pack(TN_KEY_VALIDITY, tn_key_index(key));
    const tn_value_id known = tn_build_input(b, validity, TN_PHYSICAL_BITS, 0, false);
    const tn_value_id number =
        tn_build_select(b, bits, tn_build_number(b, 1), tn_build_number(b, 0));
    return tn_build_select(b, known, number, tn_build_number(b, (double)NAN));
}

tn_value_id tn_compiler_column(const tn_compiler *compiler, uint32_t key, bool scaled) {
    tn_builder *b = tn_compiler_builder(compiler);
    const tn_physical physical = tn_key_physical(compiler->model, key);
    const uint32_t dictionary = physical == TN_PHYSICAL_CODE ? dictionary_of(compiler, key) : 0;
    const tn_value_id value = tn_build_input(b, key, physical, dictionary, scaled);
    if (physical == TN_PHYSICAL_BITS && tn_key_space(key) == TN_TABLE_ATTRIBUTE)
        return nullable_bool(compiler, key, value);
    if (physical == TN_PHYSICAL_UNITS)
        return tn_build_math(b, TN_MATH_FROM_UNITS, value, TN_NO_VALUE);
    return value;
}

static tn_value_id column_leaf(const tn_compiler *compiler, uint32_t ref) {
    const uint32_t index = tn_column_ref_index(ref);
    if (tn_column_ref_space(ref) == TN_SPACE_ATTRIBUTE)
        return tn_compiler_column(compiler, tn_key_pack(TN_TABLE_ATTRIBUTE, index), false);
    if (!compiler->reads_columns && compiler->derived_pass[index] == compiler->pass)
        return compiler->derived_values[index];
    return tn_compiler_column(compiler, tn_key_pack(TN_KEY_DERIVED, index), false);
}

static tn_value_id tile_leaf(const tn_compiler *compiler, const tn_expr *node) {
    const tn_tile_use *use = compiler->tiles;
    while (use != NULL && use->node != node)
        use = use->next;
    TN_ASSERT(use != NULL);
    const tn_tile_cut *cuts = compiler->cuts != NULL ? compiler->cuts : compiler->passes->cuts;
    const tn_value_id x = tn_compiler_column(compiler, cuts[use->cut].key, false);
    return tn_build_bin(tn_compiler_builder(compiler), x, TN_CUTS_TILE + use->cut, false);
}

static tn_value_id bucket_leaf(const tn_compiler *compiler, const tn_expr *node) {
    if (compiler->reads_columns)
        return tn_build_bucket(tn_compiler_builder(compiler), node->as.count, node->text);
    const tn_bucket_use *use = compiler->buckets;
    while (!(use->n == node->as.count && tn_str_equal(use->salt, node->text)))
        use = use->next;
    return tn_compiler_column(compiler, tn_key_pack(TN_KEY_BUCKET, use->index), false);
}

static tn_value_id table_leaf(const tn_compiler *compiler, tn_table_column_kind kind,
                              uint32_t index) {
    return tn_compiler_column(compiler, tn_key_pack(kind, index), kind == TN_TABLE_DECAY);
}

static tn_value_id leaf(void *context, tn_builder *builder, const tn_expr *node,
                        tn_value_id argument) {
    const tn_compiler *compiler = context;
    (void)argument; /* of a tile: read from its column instead */
    switch (node->kind) {
    case TN_NODE_COLUMN:
        return column_leaf(compiler, node->column);
    case TN_NODE_NOW:
        return tn_build_now(builder);
    case TN_NODE_JOINED:
        return table_leaf(compiler, TN_TABLE_JOINED, 0);
    case TN_NODE_LAST_SEEN:
        return table_leaf(compiler, TN_TABLE_LAST_SEEN, 0);
    case TN_NODE_COUNT:
        return table_leaf(compiler, TN_TABLE_COUNT, node->action);
    case TN_NODE_SUM:
        return table_leaf(compiler, TN_TABLE_SUM, node->action);
    case TN_NODE_FIRST:
        return table_leaf(compiler, TN_TABLE_FIRST, node->action);
    case TN_NODE_LAST:
        return table_leaf(compiler, TN_TABLE_LAST, node->action);
    case TN_NODE_LAST_VALUE:
        return table_leaf(compiler, TN_TABLE_LAST_VALUE, node->action);
    case TN_NODE_DECAYED:
        return table_leaf(compiler, TN_TABLE_DECAY,
                          tn_model_find_decay(compiler->model, node->action, node->as.duration_ms));
    case TN_NODE_TILE:
        return tile_leaf(compiler, node);
    case TN_NODE_BUCKET:
        return bucket_leaf(compiler, node);
    default:
        TN_ASSERT(false && "a leaf");
        return TN_NO_VALUE;
    }
}

tn_value_id tn_compiler_lower(tn_compiler *compiler, const tn_expr *expr) {
    const tn_lowering lowering = {.context = compiler, .leaf = leaf};
    return tn_expr_lower(tn_compiler_builder(compiler), expr, &lowering);
}
