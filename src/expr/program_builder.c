/* program_builder.c: numbering of values. A value is a step with all its bytes; a hash table over
 * those bytes makes equal steps one value. Arguments are made before what uses them, so value
 * numbers are in an order in which they could be computed. */
#include "base/assert.h"
#include "base/error.h"
#include "base/hash.h"
#include "expr/program_ir.h"

#include <math.h>
#include <string.h>

enum { VALUES_MAX = 1 << 22 };

tn_builder *tn_builder_create(const tn_zone *zone) {
    tn_builder *builder = tn_alloc_zero(NULL, sizeof *builder);
    if (!builder) return NULL;
    tn_arena_init(&builder->arena, NULL);
    builder->zone = zone;
    return builder;
}

void tn_builder_destroy(tn_builder *builder) {
    if (!builder) return;
    tn_free(NULL, builder->values, builder->value_capacity * sizeof *builder->values);
    tn_free(NULL, builder->table, builder->table_size * sizeof *builder->table);
    tn_free(NULL, builder->outputs, builder->output_capacity * sizeof *builder->outputs);
    tn_free(NULL, builder->literals, builder->literal_capacity * sizeof *builder->literals);
    tn_free(NULL, builder->levels, builder->level_capacity * sizeof *builder->levels);
    tn_arena_deinit(&builder->arena);
    tn_free(NULL, builder, sizeof *builder);
}

tn_register_kind tn_builder_kind(const tn_builder *builder, tn_value_id value) {
    TN_ASSERT(value < builder->value_count);
    return (tn_register_kind)builder->values[value].kind;
}

tn_value_id tn_builder_fail(tn_builder *builder, tn_status status) {
    if (builder->failure == TN_OK) builder->failure = status;
    return TN_NO_VALUE;
}

tn_step tn_step_of(tn_op op, tn_register_kind kind) {
    tn_step step;
    memset(&step, 0, sizeof step);
    step.op = (uint8_t)op;
    step.kind = (uint8_t)kind;
    for (size_t i = 0; i < TN_STEP_ARGS; i++)
        step.args[i] = TN_NO_VALUE;
    return step;
}

/* ---- The table of values ---- */

static size_t slot_of(const tn_builder *builder, const tn_step *step) {
    const size_t mask = builder->table_size - 1;
    size_t slot = tn_hash_plain(step, sizeof *step) & mask;
    while (builder->table[slot] != TN_NO_VALUE) {
        const tn_step *there = &builder->values[builder->table[slot]];
        /* Steps start as zeros and have no padding; their doubles are meant bit by bit.
         * NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
        if (memcmp(there, step, sizeof *step) == 0) break;
        slot = (slot + 1) & mask;
    }
    return slot;
}

/* Room for one more value in a table at most half full. */
static bool grow_table(tn_builder *builder) {
    if (2 * (builder->value_count + 1) <= builder->table_size) return true;
    const size_t size = builder->table_size ? 2 * builder->table_size : 256;
    uint32_t *table = tn_alloc(NULL, size * sizeof *table);
    if (!table) return false;
    memset(table, 0xFF, size * sizeof *table);
    tn_free(NULL, builder->table, builder->table_size * sizeof *table);
    builder->table = table;
    builder->table_size = size;
    for (size_t i = 0; i < builder->value_count; i++)
        table[slot_of(builder, &builder->values[i])] = (uint32_t)i;
    return true;
}

tn_value_id tn_builder_number_value(tn_builder *builder, const tn_step *step) {
    if (builder->failure != TN_OK) return TN_NO_VALUE;
    if (builder->value_count >= VALUES_MAX) return tn_builder_fail(builder, TN_TOO_LARGE);
    void *values = builder->values;
    if (!grow_table(builder) || !tn_array_reserve(NULL, &values, &builder->value_capacity,
                                                  builder->value_count + 1, sizeof *step))
        return tn_builder_fail(builder, TN_OUT_OF_MEMORY);
    builder->values = values;
    const size_t slot = slot_of(builder, step);
    if (builder->table[slot] != TN_NO_VALUE) return builder->table[slot];
    const tn_value_id value = (tn_value_id)builder->value_count++;
    builder->values[value] = *step;
    builder->table[slot] = value;
    return value;
}

/* A step is uniform when all its arguments are; inputs and ids differ from row to row. */
static bool is_uniform(const tn_builder *builder, const tn_step *step) {
    if (step->op == TN_OP_INPUT || step->op == TN_OP_BUCKET) return false;
    for (size_t i = 0; i < TN_STEP_ARGS; i++)
        if (step->args[i] != TN_NO_VALUE && !builder->values[step->args[i]].uniform) return false;
    return true;
}

tn_value_id tn_builder_value(tn_builder *builder, tn_step step, size_t arg_count) {
    if (builder->failure != TN_OK) return TN_NO_VALUE;
    for (size_t i = 0; i < arg_count; i++)
        if (step.args[i] == TN_NO_VALUE) return tn_builder_fail(builder, TN_INTERNAL);
    const tn_value_id folded = tn_builder_fold(builder, &step);
    if (folded != TN_NO_VALUE || builder->failure != TN_OK) return folded;
    step.uniform = is_uniform(builder, &step);
    return tn_builder_number_value(builder, &step);
}

/* ---- Leaves ---- */

static tn_value_id leaf(tn_builder *b, tn_op op, tn_register_kind kind, uint32_t index) {
    tn_step step = tn_step_of(op, kind);
    step.index = index;
    step.uniform = true;
    return tn_builder_number_value(b, &step);
}

tn_value_id tn_build_number(tn_builder *b, double value) {
    tn_step step = tn_step_of(TN_OP_NUMBER, TN_REGISTER_F64);
    step.uniform = true;
    step.imm[0] = isfinite(value) ? value + 0.0 : (double)NAN; /* one null, no -0 */
    return tn_builder_number_value(b, &step);
}

tn_value_id tn_build_bool(tn_builder *b, bool value) {
    return leaf(b, TN_OP_BOOL, TN_REGISTER_BITS, value);
}

tn_value_id tn_build_now(tn_builder *b) {
    return leaf(b, TN_OP_NOW, TN_REGISTER_F64, 0);
}

tn_value_id tn_build_today(tn_builder *b) {
    return leaf(b, TN_OP_TODAY, TN_REGISTER_F64, 0);
}

tn_value_id tn_build_parameter(tn_builder *b, uint32_t slot) {
    return leaf(b, TN_OP_PARAMETER, TN_REGISTER_F64, slot);
}

static tn_register_kind kind_of_physical(tn_physical physical) {
    if (physical == TN_PHYSICAL_CODE) return TN_REGISTER_CODE;
    return physical == TN_PHYSICAL_BITS ? TN_REGISTER_BITS : TN_REGISTER_F64;
}

tn_value_id tn_build_input(tn_builder *b, uint32_t key, tn_physical physical, uint32_t dictionary,
                           bool scaled) {
    TN_ASSERT(!scaled || physical == TN_PHYSICAL_F64);
    TN_ASSERT(dictionary < TN_IDENTITY_POOL || physical != TN_PHYSICAL_CODE);
    tn_step step = tn_step_of(TN_OP_INPUT, kind_of_physical(physical));
    step.sub = (uint8_t)physical;
    step.index = key;
    step.extra = scaled;
    step.identity = physical == TN_PHYSICAL_CODE ? dictionary : 0;
    return tn_builder_number_value(b, &step);
}

/* ---- Roots ---- */

static bool holds_kind(tn_register_kind kind, tn_physical physical) {
    switch (physical) {
    case TN_PHYSICAL_F64:
    case TN_PHYSICAL_F32:
    case TN_PHYSICAL_I64:
    case TN_PHYSICAL_I32:
    case TN_PHYSICAL_I8:
    case TN_PHYSICAL_UNITS:
        return kind == TN_REGISTER_F64;
    case TN_PHYSICAL_CODE:
        return kind == TN_REGISTER_CODE;
    case TN_PHYSICAL_BITS:
        return kind == TN_REGISTER_BITS;
    case TN_PHYSICAL_U32:
    case TN_PHYSICAL_U16:
    case TN_PHYSICAL_U8:
    default:
        return false;
    }
}

/* Storing a float rounds: what was rounded to a float for it need not be. */
static tn_value_id unrounded(const tn_builder *b, tn_value_id value) {
    const tn_step *step = tn_builder_step(b, value);
    return step->op == TN_OP_UNARY && step->sub == TN_UNARY_TO_F32 ? step->args[0] : value;
}

void tn_build_output(tn_builder *b, uint32_t key, tn_value_id value, tn_physical physical) {
    if (b->failure != TN_OK) return;
    if (value == TN_NO_VALUE) {
        (void)tn_builder_fail(b, TN_INTERNAL);
        return;
    }
    TN_ASSERT(holds_kind(tn_builder_kind(b, value), physical));
    if (physical == TN_PHYSICAL_CODE) value = tn_builder_to_pool(b, value);
    if (physical == TN_PHYSICAL_F32) value = unrounded(b, value);
    void *outputs = b->outputs;
    if (value == TN_NO_VALUE || !tn_array_reserve(NULL, &outputs, &b->output_capacity,
                                                  b->output_count + 1, sizeof *b->outputs)) {
        (void)tn_builder_fail(b, TN_OUT_OF_MEMORY);
        return;
    }
    b->outputs = outputs;
    b->outputs[b->output_count++] =
        (tn_program_output){.key = key, .value = value, .physical = physical};
}
