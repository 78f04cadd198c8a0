/* program_text.c: text at build time. Every CODE value has an identity: the dictionary that its
 * codes are of. Within one dictionary, equal texts are equal codes; where two meet, both are
 * brought into the pool, the state's own dictionary, whose first codes are the program's literals.
 */
#include "base/assert.h"
#include "expr/eval_words.h"
#include "expr/program_ir.h"

#include <string.h>

uint32_t tn_builder_literal(tn_builder *b, tn_str text) {
    if (b->failure != TN_OK) return TN_NO_VALUE;
    for (size_t i = 0; i < b->literal_count; i++)
        if (tn_str_equal(b->literals[i], text)) return (uint32_t)i;
    void *literals = b->literals;
    char *copy = tn_arena_copy(&b->arena, text.data, text.size);
    if (!copy || !tn_array_reserve(NULL, &literals, &b->literal_capacity, b->literal_count + 1,
                                   sizeof *b->literals))
        return tn_builder_fail(b, TN_OUT_OF_MEMORY);
    b->literals = literals;
    b->literals[b->literal_count] = (tn_str){.data = copy, .size = text.size};
    return (uint32_t)b->literal_count++;
}

/* A constant text: a literal's number, or null. */
static tn_value_id constant_text(tn_builder *b, uint32_t literal) {
    tn_step step = tn_step_of(TN_OP_TEXT, TN_REGISTER_CODE);
    step.index = literal;
    step.identity = literal == TN_CODE_NULL ? TN_IDENTITY_ANY : TN_IDENTITY_POOL;
    step.uniform = true;
    return tn_builder_number_value(b, &step);
}

tn_value_id tn_build_text(tn_builder *b, tn_str literal) {
    const uint32_t number = tn_builder_literal(b, literal);
    return number == TN_NO_VALUE ? TN_NO_VALUE : constant_text(b, number);
}

tn_value_id tn_build_null_text(tn_builder *b) {
    return constant_text(b, TN_CODE_NULL);
}

static bool is_text(const tn_builder *b, tn_value_id value) {
    return value == TN_NO_VALUE || tn_builder_kind(b, value) == TN_REGISTER_CODE;
}
static bool is_null_text(const tn_step *step) {
    return step->op == TN_OP_TEXT && step->index == TN_CODE_NULL;
}
static bool is_literal(const tn_step *step) {
    return step->op == TN_OP_TEXT && step->index != TN_CODE_NULL;
}

static tn_value_id change(tn_builder *b, tn_text_change op, tn_value_id x, uint32_t literal) {
    tn_step step = tn_step_of(TN_OP_TEXT_MAP, TN_REGISTER_CODE);
    step.sub = (uint8_t)op;
    step.args[0] = x;
    step.index = literal;
    step.extra = tn_builder_step(b, x)->identity;
    step.identity = TN_IDENTITY_POOL;
    return tn_builder_value(b, step, 1);
}

tn_value_id tn_builder_to_pool(tn_builder *b, tn_value_id value) {
    if (value == TN_NO_VALUE) return TN_NO_VALUE;
    const uint32_t identity = tn_builder_step(b, value)->identity;
    if (identity == TN_IDENTITY_POOL || identity == TN_IDENTITY_ANY) return value;
    return change(b, TN_CHANGE_NONE, value, 0);
}

/* ---- Tests ---- */

static tn_value_id code_equal(tn_builder *b, tn_value_id x, tn_value_id y) {
    tn_step step = tn_step_of(TN_OP_CODE_EQUAL, TN_REGISTER_BITS);
    step.args[0] = x;
    step.args[1] = y;
    return tn_builder_value(b, step, 2);
}

/* The code that a literal has in a caller's dictionary. */
static tn_value_id literal_in(tn_builder *b, uint32_t literal, uint32_t dictionary) {
    tn_step step = tn_step_of(TN_OP_LITERAL, TN_REGISTER_CODE);
    step.index = literal;
    step.identity = dictionary;
    step.uniform = true;
    return tn_builder_number_value(b, &step);
}

static tn_value_id equals(tn_builder *b, tn_value_id x, tn_value_id y) {
    const tn_step *of_x = tn_builder_step(b, x);
    const tn_step *of_y = tn_builder_step(b, y);
    if (of_x->identity == of_y->identity) return code_equal(b, x, y);
    if (is_literal(of_y)) return code_equal(b, x, literal_in(b, of_y->index, of_x->identity));
    if (is_literal(of_x)) return code_equal(b, y, literal_in(b, of_x->index, of_y->identity));
    const tn_value_id pool_x = tn_builder_to_pool(b, x);
    return code_equal(b, pool_x, tn_builder_to_pool(b, y));
}

/* One side is a literal: a bit for each entry of the other's dictionary. */
static tn_value_id table_test(tn_builder *b, tn_text_test op, tn_value_id x, uint32_t literal,
                              bool literal_first) {
    tn_step step = tn_step_of(TN_OP_TEXT_TEST, TN_REGISTER_BITS);
    step.sub = (uint8_t)op;
    step.args[0] = x;
    step.index = literal;
    step.extra = literal_first;
    step.identity = tn_builder_step(b, x)->identity;
    return tn_builder_value(b, step, 1);
}

static tn_value_id pair_test(tn_builder *b, tn_text_test op, tn_value_id x, tn_value_id y) {
    tn_step step = tn_step_of(TN_OP_TEXT_PAIR_TEST, TN_REGISTER_BITS);
    step.sub = (uint8_t)op;
    step.args[0] = tn_builder_to_pool(b, x);
    step.args[1] = tn_builder_to_pool(b, y);
    return tn_builder_value(b, step, 2);
}

tn_value_id tn_build_text_test(tn_builder *b, tn_text_test op, tn_value_id x, tn_value_id y) {
    TN_ASSERT(is_text(b, x) && is_text(b, y));
    if (x == TN_NO_VALUE || y == TN_NO_VALUE) return tn_builder_fail(b, TN_INTERNAL);
    const tn_step *of_x = tn_builder_step(b, x);
    const tn_step *of_y = tn_builder_step(b, y);
    if (is_null_text(of_x) || is_null_text(of_y)) return tn_build_bool(b, false);
    if (is_literal(of_x) && is_literal(of_y))
        return tn_build_bool(b,
                             tn_text_holds(op, b->literals[of_x->index], b->literals[of_y->index]));
    if (op == TN_TEXT_EQUALS) return equals(b, x, y);
    if (is_literal(of_y)) return table_test(b, op, x, of_y->index, false);
    if (is_literal(of_x)) return table_test(b, op, y, of_x->index, true);
    return pair_test(b, op, x, y);
}

/* ---- Changes ---- */

/* The changed text of two literals, as a constant. */
static tn_value_id constant_change(tn_builder *b, tn_text_change op, tn_str x, tn_str y) {
    tn_buffer scratch;
    tn_buffer_init(&scratch, NULL);
    tn_str text;
    tn_value_id value = TN_NO_VALUE;
    const tn_status status = tn_text_changed(op, x, y, &scratch, &text);
    if (status == TN_OK)
        value = tn_build_text(b, text);
    else if (status == TN_TOO_LARGE)
        value = tn_build_null_text(b);
    else
        (void)tn_builder_fail(b, status);
    tn_buffer_deinit(&scratch);
    return value;
}

tn_value_id tn_build_text_lower(tn_builder *b, tn_value_id x) {
    TN_ASSERT(is_text(b, x));
    if (x == TN_NO_VALUE) return tn_builder_fail(b, TN_INTERNAL);
    const tn_step *of_x = tn_builder_step(b, x);
    if (is_null_text(of_x)) return x;
    if (is_literal(of_x))
        return constant_change(b, TN_CHANGE_LOWER, b->literals[of_x->index], (tn_str){"", 0});
    return change(b, TN_CHANGE_LOWER, x, 0);
}

tn_value_id tn_build_text_join(tn_builder *b, tn_value_id x, tn_value_id y) {
    TN_ASSERT(is_text(b, x) && is_text(b, y));
    if (x == TN_NO_VALUE || y == TN_NO_VALUE) return tn_builder_fail(b, TN_INTERNAL);
    const tn_step *of_x = tn_builder_step(b, x);
    const tn_step *of_y = tn_builder_step(b, y);
    if (is_null_text(of_x) || is_null_text(of_y)) return tn_build_null_text(b);
    if (is_literal(of_x) && is_literal(of_y))
        return constant_change(b, TN_CHANGE_APPEND, b->literals[of_x->index],
                               b->literals[of_y->index]);
    if (is_literal(of_y)) return change(b, TN_CHANGE_APPEND, x, of_y->index);
    if (is_literal(of_x)) return change(b, TN_CHANGE_PREPEND, y, of_x->index);
    tn_step step = tn_step_of(TN_OP_TEXT_PAIR_JOIN, TN_REGISTER_CODE);
    step.identity = TN_IDENTITY_POOL;
    step.args[0] = tn_builder_to_pool(b, x);
    step.args[1] = tn_builder_to_pool(b, y);
    return tn_builder_value(b, step, 2);
}

/* ---- Levels ---- */

tn_value_id tn_build_level_text(tn_builder *b, tn_value_id rank, const tn_str *names,
                                size_t count) {
    TN_ASSERT(rank == TN_NO_VALUE || tn_builder_kind(b, rank) == TN_REGISTER_F64);
    uint32_t *literals = tn_arena_array(&b->arena, count, sizeof *literals);
    void *levels = b->levels;
    if (!literals ||
        !tn_array_reserve(NULL, &levels, &b->level_capacity, b->level_count + 1, sizeof *b->levels))
        return tn_builder_fail(b, TN_OUT_OF_MEMORY);
    b->levels = levels;
    for (size_t i = 0; i < count; i++) {
        literals[i] = tn_builder_literal(b, names[i]);
        if (literals[i] == TN_NO_VALUE) return TN_NO_VALUE;
    }
    size_t list = 0;
    while (list < b->level_count &&
           (b->levels[list].count != count ||
            memcmp(b->levels[list].literals, literals, count * sizeof *literals) != 0))
        list++;
    if (list == b->level_count)
        b->levels[b->level_count++] = (tn_level_list){.literals = literals, .count = count};
    tn_step step = tn_step_of(TN_OP_LEVEL_TEXT, TN_REGISTER_CODE);
    step.index = (uint32_t)list;
    step.identity = TN_IDENTITY_POOL;
    step.args[0] = rank;
    return tn_builder_value(b, step, 1);
}
