/* Builders, programs and states: numbering, folding, dead values, registers, text with growing
 * dictionaries, slots, and memory that runs out at every allocation. */
#include "base/bits.h"
#include "base/bytes.h"
#include "expr/program.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 130, ROOM = 192 };

static tn_zone *utc(void) {
    tn_zone *zone = NULL;
    tn_error error;
    cr_assert_eq(tn_zone_open("UTC", &zone, &error), TN_OK);
    return zone;
}

static tn_program *sealed(tn_builder *b) {
    tn_program *program = NULL;
    tn_error error;
    cr_assert_eq(tn_builder_seal(b, &program, &error), TN_OK);
    return program;
}

static tn_program_state *state_of(const tn_program *program) {
    const tn_kernels *kernels = NULL;
    tn_error error;
    cr_assert_eq(tn_kernels_choose(&kernels, &error), TN_OK);
    tn_program_state *state = NULL;
    cr_assert_eq(tn_program_state_create(program, kernels, NULL, &state), TN_OK);
    return state;
}

static tn_value_id number_input(tn_builder *b, uint32_t key) {
    return tn_build_input(b, key, TN_PHYSICAL_F64, 0, false);
}
static tn_value_id text_input(tn_builder *b, uint32_t key, uint32_t dictionary) {
    return tn_build_input(b, key, TN_PHYSICAL_CODE, dictionary, false);
}

static bool prints(const tn_program *program, const char *words) {
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    tn_program_print(program, &text);
    tn_buffer_append_char(&text, '\0');
    const bool found = strstr(text.data, words) != NULL;
    tn_buffer_deinit(&text);
    return found;
}

/* ---- Numbering ---- */

Test(program, equal_operations_on_equal_values_are_one_value) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    const tn_value_id x = number_input(b, 1);
    const tn_value_id y = number_input(b, 2);
    cr_assert_eq(number_input(b, 1), x);
    cr_assert_eq(tn_build_math(b, TN_MATH_ADD, x, y), tn_build_math(b, TN_MATH_ADD, x, y));
    cr_assert_eq(tn_build_number(b, 1.5), tn_build_number(b, 1.5));
    cr_assert_eq(tn_build_number(b, (double)NAN), tn_build_number(b, -(double)NAN));
    cr_assert_eq(tn_build_number(b, (double)INFINITY), tn_build_number(b, (double)NAN));
    cr_assert_eq(tn_build_number(b, -0.0), tn_build_number(b, 0.0));
    cr_assert_eq(tn_build_text(b, tn_str_of("a")), tn_build_text(b, tn_str_of("a")));
    cr_assert_neq(tn_build_text(b, tn_str_of("a")), tn_build_text(b, tn_str_of("b")));
    cr_assert_neq(tn_build_math(b, TN_MATH_SUB, x, y), tn_build_math(b, TN_MATH_SUB, y, x));
    cr_assert_neq(tn_build_rule(b, x, y, 1.0, 5.0, TN_NO_VALUE),
                  tn_build_rule(b, x, y, 1.0, 6.0, TN_NO_VALUE));
    cr_assert_neq(tn_build_bin(b, x, 0, false), tn_build_bin(b, x, 0, true));
    tn_builder_destroy(b);
    tn_zone_close(zone);
}

Test(program, the_order_of_arguments_of_commutative_operations_does_not_matter) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    const tn_value_id x = number_input(b, 1);
    const tn_value_id y = number_input(b, 2);
    const tn_value_id p = tn_build_is_null(b, x);
    const tn_value_id q = tn_build_is_null(b, y);
    cr_assert_eq(tn_build_math(b, TN_MATH_ADD, x, y), tn_build_math(b, TN_MATH_ADD, y, x));
    cr_assert_eq(tn_build_math(b, TN_MATH_MUL, x, y), tn_build_math(b, TN_MATH_MUL, y, x));
    cr_assert_eq(tn_build_and(b, p, q), tn_build_and(b, q, p));
    cr_assert_eq(tn_build_or(b, p, q), tn_build_or(b, q, p));
    cr_assert_eq(tn_build_compare(b, TN_IS_LT, x, y), tn_build_compare(b, TN_IS_GT, y, x));
    cr_assert_eq(tn_build_compare(b, TN_IS_LE, x, y), tn_build_compare(b, TN_IS_GE, y, x));
    cr_assert_eq(tn_build_compare(b, TN_IS_NE, x, y), tn_build_compare(b, TN_IS_NE, y, x));
    const tn_value_id five = tn_build_number(b, 5.0);
    cr_assert_eq(tn_build_compare(b, TN_IS_LT, five, x), tn_build_compare(b, TN_IS_GT, x, five));
    tn_builder_destroy(b);
    tn_zone_close(zone);
}

Test(program, thousands_of_values_are_found_again) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    const tn_value_id x = number_input(b, 1);
    static tn_value_id sums[20000];
    for (size_t i = 0; i < 20000; i++)
        sums[i] = tn_build_math(b, TN_MATH_ADD, x, tn_build_number(b, (double)i + 0.5));
    for (size_t i = 0; i < 20000; i++)
        cr_assert_eq(tn_build_math(b, TN_MATH_ADD, x, tn_build_number(b, (double)i + 0.5)),
                     sums[i]);
    tn_builder_destroy(b);
    tn_zone_close(zone);
}

/* ---- Folding ---- */

Test(program, constants_fold_to_constants) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    const tn_value_id two = tn_build_number(b, 2.0);
    const tn_value_id three = tn_build_number(b, 3.0);
    const tn_value_id null = tn_build_number(b, (double)NAN);
    const tn_value_id yes = tn_build_bool(b, true);
    const tn_value_id no = tn_build_bool(b, false);
    cr_assert_eq(tn_build_math(b, TN_MATH_POW, two, three), tn_build_number(b, 8.0));
    cr_assert_eq(tn_build_math(b, TN_MATH_DIV, two, tn_build_number(b, 0.0)), null);
    cr_assert_eq(tn_build_math(b, TN_MATH_TO_UNITS, null, TN_NO_VALUE), tn_build_number(b, 0.0));
    cr_assert_eq(tn_build_compare(b, TN_IS_LT, two, three), yes);
    cr_assert_eq(tn_build_compare(b, TN_IS_NE, two, null), no);
    cr_assert_eq(tn_build_is_null(b, null), yes);
    cr_assert_eq(tn_build_is_null(b, tn_build_null_text(b)), yes);
    cr_assert_eq(tn_build_select(b, yes, two, three), two);
    cr_assert_eq(tn_build_coalesce(b, null, three), three);
    cr_assert_eq(tn_build_clamp(b, three, 0.0, 2.0), two);
    cr_assert_eq(tn_build_day(b, tn_build_number(b, 86400001.0)), tn_build_number(b, 1.0));
    cr_assert_eq(tn_build_day_start(b, two), tn_build_number(b, 172800000.0));
    cr_assert_eq(tn_build_add_months(b, tn_build_number(b, 30.0), 1, true),
                 tn_build_number(b, 58.0)); /* 31 January 1970 and a month */
    cr_assert_eq(tn_build_rule(b, two, three, 10.0, 20.0, yes),
                 tn_build_number(b, 2.0 + 20.0 * 65536.0));
    cr_assert_eq(tn_build_rule(b, two, three, 10.0, 20.0, no), two);
    tn_builder_destroy(b);
    tn_zone_close(zone);
}

Test(program, texts_fold_to_texts) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    const tn_value_id text = tn_build_text(b, tn_str_of("Straße ÉTÉ"));
    const tn_value_id part = tn_build_text(b, tn_str_of("ße"));
    const tn_value_id null = tn_build_null_text(b);
    cr_assert_eq(tn_build_text_lower(b, text), tn_build_text(b, tn_str_of("straße été")));
    cr_assert_eq(tn_build_text_join(b, part, part), tn_build_text(b, tn_str_of("ßeße")));
    cr_assert_eq(tn_build_text_join(b, part, null), null);
    cr_assert_eq(tn_build_text_test(b, TN_TEXT_CONTAINS, text, part), tn_build_bool(b, true));
    cr_assert_eq(tn_build_text_test(b, TN_TEXT_CONTAINS, part, text), tn_build_bool(b, false));
    cr_assert_eq(tn_build_text_test(b, TN_TEXT_STARTS_WITH, text, part), tn_build_bool(b, false));
    cr_assert_eq(tn_build_text_test(b, TN_TEXT_EQUALS, text, text), tn_build_bool(b, true));
    cr_assert_eq(tn_build_text_test(b, TN_TEXT_EQUALS, null, null), tn_build_bool(b, false));
    tn_builder_destroy(b);
    tn_zone_close(zone);
}

Test(program, what_changes_nothing_is_left_out) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    const tn_value_id x = number_input(b, 1);
    const tn_value_id p = tn_build_is_null(b, x);
    const tn_value_id q = tn_build_is_null(b, number_input(b, 2));
    const tn_value_id yes = tn_build_bool(b, true);
    const tn_value_id no = tn_build_bool(b, false);
    const tn_value_id null = tn_build_number(b, (double)NAN);
    const tn_value_id zero = tn_build_number(b, 0.0);
    const tn_value_id one = tn_build_number(b, 1.0);
    cr_assert_eq(tn_build_math(b, TN_MATH_ADD, zero, x), x);
    cr_assert_eq(tn_build_math(b, TN_MATH_SUB, x, zero), x);
    cr_assert_eq(tn_build_math(b, TN_MATH_MUL, one, x), x);
    cr_assert_eq(tn_build_math(b, TN_MATH_DIV, x, one), x);
    cr_assert_eq(tn_build_math(b, TN_MATH_MUL, x, null), null);
    cr_assert_eq(tn_build_math(b, TN_MATH_MAX, x, x), x);
    const tn_value_id minus = tn_build_math(b, TN_MATH_NEG, x, TN_NO_VALUE);
    cr_assert_eq(tn_build_math(b, TN_MATH_NEG, minus, TN_NO_VALUE), x);
    const tn_value_id rounded = tn_build_math(b, TN_MATH_TO_F32, x, TN_NO_VALUE);
    cr_assert_eq(tn_build_math(b, TN_MATH_TO_F32, rounded, TN_NO_VALUE), rounded);
    cr_assert_eq(tn_build_compare(b, TN_IS_NE, x, null), no);
    cr_assert_eq(tn_build_and(b, p, yes), p);
    cr_assert_eq(tn_build_and(b, no, p), no);
    cr_assert_eq(tn_build_and(b, p, p), p);
    cr_assert_eq(tn_build_and(b, p, tn_build_not(b, p)), no);
    cr_assert_eq(tn_build_or(b, no, p), p);
    cr_assert_eq(tn_build_or(b, p, yes), yes);
    cr_assert_eq(tn_build_not(b, tn_build_not(b, p)), p);
    cr_assert_eq(tn_build_select(b, p, x, x), x);
    cr_assert_eq(tn_build_select(b, no, x, one), one);
    cr_assert_eq(tn_build_select(b, p, q, q), q);
    cr_assert_eq(tn_build_coalesce(b, one, x), one);
    cr_assert_eq(tn_build_coalesce(b, x, null), x);
    cr_assert_eq(tn_build_rule(b, x, null, 1.0, 2.0, p), x);
    tn_builder_destroy(b);
    tn_zone_close(zone);
}

Test(program, a_range_of_constants_is_one_instruction) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    const tn_value_id x = number_input(b, 1);
    const tn_value_id low = tn_build_compare(b, TN_IS_GE, x, tn_build_number(b, 25.0));
    const tn_value_id high = tn_build_compare(b, TN_IS_GE, tn_build_number(b, 54.0), x);
    tn_build_output(b, 1, tn_build_and(b, high, low), TN_PHYSICAL_BITS);
    tn_program *program = sealed(b);
    cr_assert_eq(tn_program_instruction_count(program), 3);
    cr_assert(prints(program, "between f0 25 to 54"));
    tn_program_destroy(program);
    tn_zone_close(zone);
}

static bool holds(tn_comparison op, double x, double y) {
    switch (op) {
    case TN_IS_LT:
        return x < y;
    case TN_IS_LE:
        return x <= y;
    case TN_IS_EQ:
        return x == y;
    case TN_IS_NE:
        return x != y;
    case TN_IS_GE:
        return x >= y;
    case TN_IS_GT:
    default:
        return x > y;
    }
}

enum { MOVED = 30 };

/* now - x and today - day(x) against constants, x an input of whole numbers. */
static void build_moved(tn_builder *b, const double *limits) {
    const tn_value_id x = tn_build_input(b, 0, TN_PHYSICAL_I64, 0, false);
    const tn_value_id ms = tn_build_math(b, TN_MATH_SUB, tn_build_now(b), x);
    const tn_value_id days = tn_build_math(b, TN_MATH_SUB, tn_build_today(b), tn_build_day(b, x));
    for (uint32_t i = 0; i < MOVED; i++) {
        const tn_value_id limit = tn_build_number(b, limits[i]);
        const tn_comparison op = (tn_comparison)(i % 6);
        tn_build_output(b, 2 * i, tn_build_compare(b, op, days, limit), TN_PHYSICAL_BITS);
        const tn_value_id scaled = tn_build_number(b, limits[i] * 43200000.0);
        tn_build_output(b, 2 * i + 1, tn_build_compare(b, op, scaled, ms), TN_PHYSICAL_BITS);
    }
}

Test(program, comparisons_with_the_clock_hold_on_either_side) {
    const double limits[MOVED] = {0,   0,   0,  0,    0,    0,    1,   1,   1,    1,
                                  1,   1,   -1, -1,   -1,   -1,   -1,  -1,  30,   90,
                                  0.5, 2.5, 60, -0.5, 1e12, -1e9, 2e7, 1e7, -1e7, 365};
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    build_moved(b, limits);
    tn_program *program = sealed(b);
    tn_program_state *state = state_of(program);
    const int64_t day = 86400000;
    const int64_t as_of = 20000 * day + 3600000;
    _Alignas(64) int64_t in[ROOM];
    for (int64_t i = 0; i < ROWS; i++)
        in[i] = i % 9 == 0 ? INT64_MIN : as_of - (i % 13 - 6) * (day / 2) - (i % 3 - 1) * 3600000;
    static const int64_t edges[] = {
        20000 * day,      20000 * day - 1,   19999 * day, 19970 * day,
        19970 * day - 1,  20001 * day,       0,           1ll << 50,
        8640000000000001, -8640000000000001, INT64_MAX,   INT64_MIN + 1};
    memcpy(in, edges, sizeof edges);
    uint64_t bits[2 * MOVED][ROOM / 64];
    tn_bound_output outputs[2 * MOVED];
    for (size_t i = 0; i < 2 * MOVED; i++)
        outputs[i].data = bits[i];
    const tn_bound_input input = {.data = in};
    const tn_tile tile = {.rows = ROWS, .as_of_ms = as_of, .inputs = &input, .outputs = outputs};
    cr_assert_eq(tn_program_run(state, &tile), TN_OK);
    for (size_t row = 0; row < ROWS; row++) {
        const bool is_null = in[row] == INT64_MIN;
        const double ms = (double)as_of - (double)in[row];
        const bool has_day = !is_null && fabs((double)in[row]) <= 8.64e15;
        const double days = 20000.0 - floor((double)in[row] / 86400000.0);
        for (size_t i = 0; i < MOVED; i++) {
            const tn_comparison op = (tn_comparison)(i % 6);
            cr_assert_eq(tn_bit_get(bits[2 * i], row), has_day && holds(op, days, limits[i]),
                         "row %zu: %g days %d %g", row, days, (int)op, limits[i]);
            cr_assert_eq(tn_bit_get(bits[2 * i + 1], row),
                         !is_null && holds(op, limits[i] * 43200000.0, ms), "row %zu: %g %d %g ms",
                         row, limits[i] * 43200000.0, (int)op, ms);
        }
    }
    tn_program_state_destroy(state);
    tn_program_destroy(program);
    tn_zone_close(zone);
}

Test(program, a_day_that_is_only_compared_is_not_computed) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    const tn_value_id x = tn_build_input(b, 0, TN_PHYSICAL_I64, 0, false);
    const tn_value_id days = tn_build_math(b, TN_MATH_SUB, tn_build_today(b), tn_build_day(b, x));
    const tn_value_id recent = tn_build_compare(b, TN_IS_LE, days, tn_build_number(b, 90.0));
    tn_build_output(b, 0, recent, TN_PHYSICAL_BITS);
    tn_program *program = sealed(b);
    cr_assert_eq(tn_program_register_count(program), 3, "the input and bits");
    cr_assert_not(prints(program, "= day f"));
    tn_program_destroy(program);
    tn_zone_close(zone);
}

Test(program, a_rule_of_a_constant_adds_a_constant) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    const tn_value_id gate = tn_build_is_null(b, number_input(b, 0));
    const tn_value_id one = tn_build_number(b, 1.0);
    const tn_value_id acc = tn_build_rule(b, number_input(b, 1), one, -15.0, 10.0, gate);
    tn_build_output(b, 0, tn_build_rule(b, acc, one, 0.5, 10.0, TN_NO_VALUE), TN_PHYSICAL_F64);
    tn_program *program = sealed(b);
    cr_assert(prints(program, "add_where"));
    cr_assert_not(prints(program, "rule"));
    tn_program_state *state = state_of(program);
    _Alignas(64) double in[2][ROOM] = {{1.0, (double)NAN}, {7.0, 7.0}};
    double out[ROOM];
    tn_bound_input inputs[2];
    for (size_t i = 0; i < 2; i++)
        inputs[i] = (tn_bound_input){.data = in[tn_program_input_key(program, i)]};
    const tn_bound_output output = {out};
    const tn_tile tile = {.rows = 2, .inputs = inputs, .outputs = &output};
    cr_assert_eq(tn_program_run(state, &tile), TN_OK);
    cr_assert(out[0] == 7.0 + 32768.0);
    cr_assert(out[1] == 7.0 + 32768.0 - 655360.0);
    tn_program_state_destroy(state);
    tn_program_destroy(program);
    tn_zone_close(zone);
}

/* ---- Sealing ---- */

Test(program, what_no_output_needs_is_dropped) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    const tn_value_id x = number_input(b, 10);
    const tn_value_id unused = tn_build_math(b, TN_MATH_LOG, number_input(b, 11), TN_NO_VALUE);
    (void)tn_build_math(b, TN_MATH_ADD, unused, x);
    const tn_value_id y = number_input(b, 12);
    tn_build_output(b, 7, tn_build_math(b, TN_MATH_ADD, y, x), TN_PHYSICAL_F32);
    tn_program *program = sealed(b);
    cr_assert_eq(tn_program_instruction_count(program), 4); /* two inputs, add, store */
    cr_assert_eq(tn_program_input_count(program), 2);
    cr_assert_eq(tn_program_input_key(program, 0), 10);
    cr_assert_eq(tn_program_input_key(program, 1), 12);
    cr_assert_eq(tn_program_output_count(program), 1);
    cr_assert_eq(tn_program_output_key(program, 0), 7);
    tn_program_destroy(program);
    tn_zone_close(zone);
}

Test(program, a_long_chain_needs_few_registers) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    tn_value_id sum = number_input(b, 0);
    for (uint32_t i = 1; i < 3000; i++)
        sum = tn_build_math(b, TN_MATH_ADD, sum, number_input(b, i));
    tn_build_output(b, 0, sum, TN_PHYSICAL_F64);
    tn_program *program = sealed(b);
    cr_assert_eq(tn_program_instruction_count(program), 3000 + 2999 + 1);
    cr_assert_eq(tn_program_register_count(program), 2);
    tn_program_destroy(program);
    tn_zone_close(zone);
}

Test(program, a_program_of_constants_has_only_stores) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    tn_build_output(b, 0, tn_build_number(b, 2.5), TN_PHYSICAL_F64);
    tn_build_output(b, 1, tn_build_bool(b, true), TN_PHYSICAL_BITS);
    tn_build_output(b, 2, tn_build_text(b, tn_str_of("x")), TN_PHYSICAL_CODE);
    tn_build_output(b, 3, tn_build_null_text(b), TN_PHYSICAL_CODE);
    tn_program *program = sealed(b);
    cr_assert_eq(tn_program_instruction_count(program), 4);
    cr_assert_eq(tn_program_register_count(program), 0);
    tn_program_state *state = state_of(program);
    double numbers[ROOM];
    uint64_t bits[ROOM / 64];
    uint32_t codes[ROOM];
    uint32_t nulls[ROOM];
    const tn_bound_output outputs[] = {{numbers}, {bits}, {codes}, {nulls}};
    const tn_tile tile = {.rows = ROWS, .outputs = outputs};
    cr_assert_eq(tn_program_run(state, &tile), TN_OK);
    for (size_t i = 0; i < ROWS; i++) {
        cr_assert(numbers[i] == 2.5);
        cr_assert(tn_bit_get(bits, i));
        cr_assert(tn_str_is(tn_dict_text(tn_state_dictionary(state), codes[i]), "x"));
        cr_assert_eq(nulls[i], TN_CODE_NULL);
    }
    cr_assert_eq(bits[2], 3, "bits behind row 130 are 0");
    tn_program_state_destroy(state);
    tn_program_destroy(program);
    tn_zone_close(zone);
}

Test(program, an_empty_program_runs) {
    tn_zone *zone = utc();
    tn_program *program = sealed(tn_builder_create(zone));
    tn_program_state *state = state_of(program);
    const tn_tile tile = {.rows = 1};
    cr_assert_eq(tn_program_run(state, &tile), TN_OK);
    tn_program_state_destroy(state);
    tn_program_destroy(program);
    tn_zone_close(zone);
}

Test(program, a_missing_value_makes_sealing_fail) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    const tn_value_id x = number_input(b, 0);
    cr_assert_eq(tn_build_math(b, TN_MATH_ADD, x, TN_NO_VALUE), TN_NO_VALUE);
    cr_assert_eq(number_input(b, 1), TN_NO_VALUE, "a builder that failed makes no more values");
    tn_build_output(b, 0, x, TN_PHYSICAL_F64);
    tn_program *program = NULL;
    tn_error error;
    cr_assert_eq(tn_builder_seal(b, &program, &error), TN_INTERNAL);
    cr_assert_null(program);
    tn_zone_close(zone);
}

/* ---- Running ---- */

Test(program, every_output_type_holds_its_values_and_its_null) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    const tn_value_id x = number_input(b, 0);
    static const tn_physical types[] = {TN_PHYSICAL_F64, TN_PHYSICAL_F32,   TN_PHYSICAL_I64,
                                        TN_PHYSICAL_I32, TN_PHYSICAL_UNITS, TN_PHYSICAL_I8};
    for (uint32_t i = 0; i < 6; i++)
        tn_build_output(b, i, x, types[i]);
    tn_program *program = sealed(b);
    tn_program_state *state = state_of(program);
    _Alignas(64) double in[ROOM] = {0.0, 5.0, (double)NAN, -0.0, 127.0, 1e12, 1e300, 2.5, 3.5};
    double f64[ROOM];
    float f32[ROOM];
    int64_t i64[ROOM];
    int32_t i32[ROOM];
    int32_t units[ROOM];
    int8_t i8[ROOM];
    const tn_bound_input input = {.data = in};
    const tn_bound_output outputs[] = {{f64}, {f32}, {i64}, {i32}, {units}, {i8}};
    const tn_tile tile = {.rows = 9, .inputs = &input, .outputs = outputs};
    cr_assert_eq(tn_program_run(state, &tile), TN_OK);
    cr_assert(f64[1] == 5.0 && f32[1] == 5.0f && i64[1] == 5 && i32[1] == 5 && units[1] == 5 &&
              i8[1] == 5);
    cr_assert(isnan(f64[2]) && isnan(f32[2]) && i64[2] == INT64_MIN && i32[2] == INT32_MIN &&
              units[2] == INT32_MIN && i8[2] == -1);
    cr_assert(!signbit(f64[3]) && !signbit(f32[3]));
    cr_assert_eq(i8[4], 127);
    cr_assert(i64[5] == 1000000000000 && i32[5] == INT32_MIN && i8[5] == -1);
    cr_assert(f64[6] == 1e300 && isnan(f32[6]) && i64[6] == INT64_MIN);
    cr_assert(i32[7] == 2 && i32[8] == 4, "half to even");
    tn_program_state_destroy(state);
    tn_program_destroy(program);
    tn_zone_close(zone);
}

Test(program, outputs_that_are_not_wanted_are_not_written) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    const tn_value_id x = number_input(b, 0);
    tn_build_output(b, 0, x, TN_PHYSICAL_F64);
    tn_build_output(b, 1, tn_build_math(b, TN_MATH_NEG, x, TN_NO_VALUE), TN_PHYSICAL_F64);
    tn_program *program = sealed(b);
    tn_program_state *state = state_of(program);
    _Alignas(64) double in[ROOM] = {1.0, 2.0, 3.0};
    double out[ROOM];
    const tn_bound_input input = {.data = in};
    const tn_bound_output outputs[] = {{NULL}, {out}};
    const tn_tile tile = {.rows = 3, .inputs = &input, .outputs = outputs};
    cr_assert_eq(tn_program_run(state, &tile), TN_OK);
    cr_assert(out[0] == -1.0 && out[1] == -2.0 && out[2] == -3.0);
    tn_program_state_destroy(state);
    tn_program_destroy(program);
    tn_zone_close(zone);
}

static double tenfold(void *context, double row, double column) {
    (*(int *)context)++;
    return row * 10.0 + column;
}
static double triple_sum(void *context, double a, double b, double c) {
    (void)context;
    return a + b + c;
}

Test(program, slots_that_were_not_set_are_null) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    const tn_value_id x = number_input(b, 0);
    const tn_value_id values[] = {
        tn_build_bin(b, x, 3, false), tn_build_p_alive(b, x, x, x), tn_build_table(b, 2, x, x),
        tn_build_call(b, 1, x, x, x), tn_build_parameter(b, 4),
    };
    for (uint32_t i = 0; i < 5; i++)
        tn_build_output(b, i, values[i], TN_PHYSICAL_F64);
    tn_program *program = sealed(b);
    tn_program_state *state = state_of(program);
    _Alignas(64) double in[ROOM] = {0.0, 1.0, 2.0, 7.0, (double)NAN};
    double out[5][ROOM];
    const tn_bound_input input = {.data = in};
    const tn_bound_output outputs[] = {{out[0]}, {out[1]}, {out[2]}, {out[3]}, {out[4]}};
    const tn_tile tile = {.rows = 5, .inputs = &input, .outputs = outputs};
    cr_assert_eq(tn_program_run(state, &tile), TN_OK);
    for (size_t k = 0; k < 5; k++)
        for (size_t i = 0; i < 5; i++)
            cr_assert(isnan(out[k][i]), "value %zu of row %zu", k, i);

    const double cuts[] = {1.0, 5.0};
    const double cells[] = {100, 101, (double)NAN, -1, 110, 111, 112, -1, 120, 121, 122, -1};
    int calls = 0;
    tn_state_set_cuts(state, 3, cuts, 2);
    tn_state_set_cuts(state, 900, cuts, 2);
    tn_state_set_p_alive(state, true, (const double[4]){0.5, 6.0, 0.9, 1.6});
    tn_state_set_table(state, 2, cells, 3, 3, 4, tenfold, &calls);
    tn_state_set_table(state, 77, cells, 3, 3, 4, tenfold, &calls);
    tn_state_set_call(state, 1, triple_sum, NULL);
    tn_state_set_call(state, 9, triple_sum, NULL);
    tn_state_set_parameter(state, 4, 6.5);
    tn_state_set_parameter(state, 5, 7.5);
    cr_assert_eq(tn_program_run(state, &tile), TN_OK);
    cr_assert(out[0][0] == 1 && out[0][1] == 1 && out[0][2] == 2 && out[0][3] == 3);
    cr_assert(out[1][0] > 0.0 && out[1][0] < 1.0);
    cr_assert(out[2][0] == 100 && out[2][1] == 111 && out[2][2] == 122 && out[2][3] == 77);
    cr_assert_eq(calls, 1, "only the row outside the table, not the null one");
    cr_assert(out[3][2] == 6.0 && isnan(out[3][4]));
    cr_assert(out[4][0] == 6.5 && out[4][4] == 6.5);
    for (size_t k = 0; k < 4; k++)
        cr_assert(isnan(out[k][4]), "a null row of value %zu", k);
    tn_state_set_p_alive(state, true, NULL);
    cr_assert_eq(tn_program_run(state, &tile), TN_OK);
    cr_assert(isnan(out[1][0]));
    tn_program_state_destroy(state);
    tn_program_destroy(program);
    tn_zone_close(zone);
}

static tn_str the_id(void *context, size_t row) {
    (void)row;
    return *(tn_str *)context;
}

Test(program, buckets_are_the_hash_of_salt_and_id) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    tn_build_output(b, 0, tn_build_bucket(b, 7, tn_str_of("salt")), TN_PHYSICAL_I32);
    tn_build_output(b, 1, tn_build_bucket(b, 1000, (tn_str){"", 0}), TN_PHYSICAL_I32);
    tn_program *program = sealed(b);
    tn_program_state *state = state_of(program);
    int32_t salted[ROOM];
    int32_t plain[ROOM];
    const tn_bound_output outputs[] = {{salted}, {plain}};
    tn_str id = tn_str_of("anna");
    const tn_tile tile = {.rows = 1, .outputs = outputs, .id = the_id, .id_context = &id};
    cr_assert_eq(tn_program_run(state, &tile), TN_OK);
    cr_assert_eq(salted[0], (int32_t)(tn_hash_plain("saltanna", 8) % 7));
    cr_assert_eq(plain[0], (int32_t)(tn_hash_plain("anna", 4) % 1000));
    tn_program_state_destroy(state);
    tn_program_destroy(program);
    tn_zone_close(zone);
}

/* ---- Text ---- */

typedef struct tn_text_world {
    tn_zone *zone;
    tn_dict *dicts[2];
    tn_program *program;
    tn_program_state *state;
    _Alignas(64) uint32_t codes[2][ROOM];
    uint64_t bits[6][ROOM / 64];
    uint32_t texts[4][ROOM];
} tn_text_world;

static void put(tn_dict *dict, const char *text) {
    uint32_t code;
    cr_assert_eq(tn_dict_put(dict, tn_str_of(text), &code), TN_OK);
}

static void text_program(tn_builder *b) {
    const tn_value_id x = text_input(b, 0, 0);
    const tn_value_id y = text_input(b, 1, 1);
    const tn_value_id a = tn_build_text(b, tn_str_of("Alpha"));
    const tn_value_id lower = tn_build_text_lower(b, x);
    tn_build_output(b, 0, tn_build_text_test(b, TN_TEXT_EQUALS, x, a), TN_PHYSICAL_BITS);
    tn_build_output(b, 1, tn_build_text_test(b, TN_TEXT_EQUALS, x, y), TN_PHYSICAL_BITS);
    tn_build_output(b, 2, tn_build_text_test(b, TN_TEXT_CONTAINS, a, y), TN_PHYSICAL_BITS);
    tn_build_output(b, 3, tn_build_text_test(b, TN_TEXT_CONTAINS, x, y), TN_PHYSICAL_BITS);
    tn_build_output(
        b, 4, tn_build_text_test(b, TN_TEXT_STARTS_WITH, lower, tn_build_text(b, tn_str_of("al"))),
        TN_PHYSICAL_BITS);
    tn_build_output(b, 5, tn_build_is_null(b, x), TN_PHYSICAL_BITS);
    tn_build_output(b, 6, lower, TN_PHYSICAL_CODE);
    tn_build_output(b, 7, tn_build_text_join(b, x, y), TN_PHYSICAL_CODE);
    tn_build_output(b, 8, tn_build_coalesce(b, x, y), TN_PHYSICAL_CODE);
    tn_build_output(b, 9, tn_build_text_join(b, a, x), TN_PHYSICAL_CODE);
}

static void text_world_init(tn_text_world *w) {
    memset(w, 0, sizeof *w);
    w->zone = utc();
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, 1);
    for (size_t i = 0; i < 2; i++)
        cr_assert_eq(tn_dict_create(NULL, &secret, &w->dicts[i]), TN_OK);
    tn_builder *b = tn_builder_create(w->zone);
    text_program(b);
    w->program = sealed(b);
    w->state = state_of(w->program);
}

static void text_world_deinit(tn_text_world *w) {
    tn_program_state_destroy(w->state);
    tn_program_destroy(w->program);
    tn_dict_destroy(w->dicts[0]);
    tn_dict_destroy(w->dicts[1]);
    tn_zone_close(w->zone);
}

static tn_status text_world_run(tn_text_world *w, size_t rows) {
    tn_error error;
    const tn_dict *const dicts[] = {w->dicts[0], w->dicts[1]};
    const tn_status status = tn_state_prepare(w->state, dicts, 2, &error);
    if (status != TN_OK) return status;
    tn_bound_input inputs[2];
    for (size_t i = 0; i < 2; i++)
        inputs[i] = (tn_bound_input){.data = w->codes[tn_program_input_key(w->program, i)]};
    tn_bound_output outputs[10];
    for (size_t i = 0; i < 6; i++)
        outputs[i].data = w->bits[i];
    for (size_t i = 0; i < 4; i++)
        outputs[6 + i].data = w->texts[i];
    const tn_tile tile = {.rows = rows, .inputs = inputs, .outputs = outputs};
    return tn_program_run(w->state, &tile);
}

static tn_str code_text(const tn_text_world *w, size_t output, size_t row) {
    return tn_dict_text(tn_state_dictionary(w->state), w->texts[output][row]);
}

static void check_texts(const tn_text_world *w, size_t rows) {
    for (size_t i = 0; i < rows; i++) {
        const bool has_x = w->codes[0][i] != TN_CODE_NULL;
        const bool has_y = w->codes[1][i] != TN_CODE_NULL;
        const tn_str x = has_x ? tn_dict_text(w->dicts[0], w->codes[0][i]) : (tn_str){"", 0};
        const tn_str y = has_y ? tn_dict_text(w->dicts[1], w->codes[1][i]) : (tn_str){"", 0};
        char joined[128];
        const int size =
            snprintf(joined, sizeof joined, "%.*s%.*s", (int)x.size, x.data, (int)y.size, y.data);
        char alpha[128];
        const int alpha_size = snprintf(alpha, sizeof alpha, "Alpha%.*s", (int)x.size, x.data);
        char lower[128];
        const size_t lower_size = tn_utf8_lower(x, lower, sizeof lower);
        cr_assert_eq(tn_bit_get(w->bits[0], i), has_x && tn_str_is(x, "Alpha"), "row %zu", i);
        cr_assert_eq(tn_bit_get(w->bits[1], i), has_x && has_y && tn_str_equal(x, y));
        cr_assert_eq(tn_bit_get(w->bits[2], i), has_y && memmem("Alpha", 5, y.data, y.size));
        cr_assert_eq(tn_bit_get(w->bits[3], i),
                     has_x && has_y && memmem(x.data, x.size, y.data, y.size));
        cr_assert_eq(tn_bit_get(w->bits[4], i),
                     has_x && lower_size >= 2 && lower[0] == 'a' && lower[1] == 'l');
        cr_assert_eq(tn_bit_get(w->bits[5], i), !has_x);
        cr_assert_eq(w->texts[0][i] == TN_CODE_NULL, !has_x);
        cr_assert_eq(w->texts[1][i] == TN_CODE_NULL, !has_x || !has_y);
        cr_assert_eq(w->texts[2][i] == TN_CODE_NULL, !has_x && !has_y);
        if (has_x) cr_assert(tn_str_equal(code_text(w, 0, i), (tn_str){lower, lower_size}));
        if (has_x && has_y)
            cr_assert(tn_str_equal(code_text(w, 1, i), (tn_str){joined, (size_t)size}));
        if (has_x || has_y) cr_assert(tn_str_equal(code_text(w, 2, i), has_x ? x : y));
        if (has_x) cr_assert(tn_str_equal(code_text(w, 3, i), (tn_str){alpha, (size_t)alpha_size}));
    }
}

/* Codes of the rows run through the dictionaries and null. */
static void spread_codes(tn_text_world *w, size_t rows, size_t turn) {
    for (size_t d = 0; d < 2; d++) {
        const size_t count = tn_dict_count(w->dicts[d]);
        for (size_t i = 0; i < rows; i++) {
            const size_t code = (i * (d + 1) + turn) % (count + 1);
            w->codes[d][i] = code == count ? TN_CODE_NULL : (uint32_t)code;
        }
    }
}

Test(program_text, tables_follow_dictionaries_that_grow) {
    static tn_text_world w;
    text_world_init(&w);
    static const char *const words[] = {"Alpha", "ALPINE", "beta", "alphabet", "",
                                        "pha",   "Étage",  "bet",  "a",        "ph"};
    for (size_t turn = 0; turn < 30; turn++) {
        char longer[64];
        snprintf(longer, sizeof longer, "%s%zu", words[turn % 10], turn / 10);
        put(w.dicts[turn % 2], words[turn % 10]);
        put(w.dicts[(turn / 2) % 2], longer);
        spread_codes(&w, ROWS, turn);
        cr_assert_eq(text_world_run(&w, ROWS), TN_OK);
        check_texts(&w, ROWS);
    }
    text_world_deinit(&w);
}

Test(program_text, another_dictionary_under_the_same_number_is_noticed) {
    static tn_text_world w;
    text_world_init(&w);
    put(w.dicts[0], "Alpha");
    put(w.dicts[1], "beta");
    spread_codes(&w, 10, 0);
    cr_assert_eq(text_world_run(&w, 10), TN_OK);
    check_texts(&w, 10);
    tn_dict *first = w.dicts[0];
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, 9);
    cr_assert_eq(tn_dict_create(NULL, &secret, &w.dicts[0]), TN_OK);
    put(w.dicts[0], "gamma");
    put(w.dicts[0], "Alpha");
    spread_codes(&w, 10, 0);
    cr_assert_eq(text_world_run(&w, 10), TN_OK);
    check_texts(&w, 10);
    tn_dict_destroy(first);
    text_world_deinit(&w);
}

Test(program_text, a_dictionary_that_is_not_given_is_an_error) {
    static tn_text_world w;
    text_world_init(&w);
    tn_error error;
    const tn_dict *const dicts[] = {w.dicts[0]};
    cr_assert_eq(tn_state_prepare(w.state, dicts, 1, &error), TN_BAD_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "dictionary 1"));
    text_world_deinit(&w);
}

Test(program_text, a_joined_text_past_the_limit_is_null) {
    tn_zone *zone = utc();
    tn_builder *b = tn_builder_create(zone);
    static char half[40000];
    memset(half, 'h', sizeof half);
    const tn_value_id x = text_input(b, 0, 0);
    const tn_value_id joined = tn_build_text_join(b, x, x);
    const tn_value_id literal = tn_build_text(b, (tn_str){half, sizeof half});
    tn_build_output(b, 0, joined, TN_PHYSICAL_CODE);
    tn_build_output(b, 1, tn_build_text_join(b, x, literal), TN_PHYSICAL_CODE);
    cr_assert_eq(tn_build_text_join(b, literal, literal), tn_build_null_text(b));
    tn_program *program = sealed(b);
    tn_program_state *state = state_of(program);
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, 1);
    tn_dict *dict = NULL;
    cr_assert_eq(tn_dict_create(NULL, &secret, &dict), TN_OK);
    uint32_t code;
    cr_assert_eq(tn_dict_put(dict, (tn_str){half, sizeof half}, &code), TN_OK);
    put(dict, "short");
    const tn_dict *const dicts[] = {dict};
    tn_error error;
    cr_assert_eq(tn_state_prepare(state, dicts, 1, &error), TN_OK);
    _Alignas(64) uint32_t codes[64] = {0, 1};
    uint32_t out[2][64];
    const tn_bound_input input = {.data = codes};
    const tn_bound_output outputs[] = {{out[0]}, {out[1]}};
    const tn_tile tile = {.rows = 2, .inputs = &input, .outputs = outputs};
    cr_assert_eq(tn_program_run(state, &tile), TN_OK);
    cr_assert_eq(out[0][0], TN_CODE_NULL);
    cr_assert(tn_str_is(tn_dict_text(tn_state_dictionary(state), out[0][1]), "shortshort"));
    cr_assert_eq(out[1][0], TN_CODE_NULL);
    cr_assert_eq(tn_dict_text(tn_state_dictionary(state), out[1][1]).size, 5 + sizeof half);
    tn_dict_destroy(dict);
    tn_program_state_destroy(state);
    tn_program_destroy(program);
    tn_zone_close(zone);
}

/* ---- Memory ---- */

/* Builds, seals, prepares and runs with allocations that fail from the n-th on; the status. */
static tn_status whole_life(tn_text_world *w, const tn_kernels *kernels) {
    tn_error error;
    tn_builder *b = tn_builder_create(w->zone);
    if (!b) return TN_OUT_OF_MEMORY;
    text_program(b);
    const tn_value_id x = number_input(b, 9);
    static const tn_str names[] = {{"one", 3}, {"two", 3}};
    tn_build_output(b, 20, tn_build_level_text(b, x, names, 2), TN_PHYSICAL_CODE);
    tn_build_output(b, 21, tn_build_day(b, x), TN_PHYSICAL_F64);
    tn_build_output(b, 22, tn_build_day_start(b, x), TN_PHYSICAL_F64);
    tn_status status = tn_builder_seal(b, &w->program, &error);
    if (status != TN_OK) return status;
    status = tn_program_state_create(w->program, kernels, NULL, &w->state);
    if (status != TN_OK) return status;
    const tn_dict *const dicts[] = {w->dicts[0], w->dicts[1]};
    status = tn_state_prepare(w->state, dicts, 2, &error);
    if (status != TN_OK) return status;
    static _Alignas(64) double numbers[ROOM];
    tn_bound_input inputs[3];
    for (size_t i = 0; i < 3; i++) {
        const uint32_t key = tn_program_input_key(w->program, i);
        inputs[i] = (tn_bound_input){.data = key == 9 ? (const void *)numbers : w->codes[key]};
    }
    static double out[ROOM];
    tn_bound_output outputs[13];
    for (size_t i = 0; i < 6; i++)
        outputs[i].data = w->bits[i];
    for (size_t i = 0; i < 4; i++)
        outputs[6 + i].data = w->texts[i];
    for (size_t i = 10; i < 13; i++)
        outputs[i].data = out;
    const tn_tile tile = {.rows = ROWS, .inputs = inputs, .outputs = outputs};
    return tn_program_run(w->state, &tile);
}

Test(program_memory, running_out_at_any_allocation_is_a_status_and_leaks_nothing) {
    static tn_text_world w;
    tn_error error;
    cr_assert_eq(tn_zone_open("Europe/Paris", &w.zone, &error), TN_OK);
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, 1);
    for (size_t d = 0; d < 2; d++) {
        cr_assert_eq(tn_dict_create(NULL, &secret, &w.dicts[d]), TN_OK);
        for (int i = 0; i < 300; i++) {
            char text[32];
            snprintf(text, sizeof text, "Alpha %d", i * (int)(d + 1));
            put(w.dicts[d], text);
        }
    }
    spread_codes(&w, ROWS, 0);
    const tn_kernels *kernels = tn_kernels_get(TN_ISA_BASE);
    const size_t used = tn_heap_used_bytes(NULL);
    for (int sticky = 0; sticky < 2; sticky++) {
        uint64_t failures = 0;
        for (uint64_t n = 1;; n++) {
            w.program = NULL;
            w.state = NULL;
            (void)tn_alloc_fail_at(n, sticky != 0);
            const tn_status status = whole_life(&w, kernels);
            (void)tn_alloc_fail_at(0, false);
            if (status == TN_OK) check_texts(&w, ROWS);
            tn_program_state_destroy(w.state);
            tn_program_destroy(w.program);
            cr_assert_eq(tn_heap_used_bytes(NULL), used, "allocation %d leaks", (int)n);
            if (status == TN_OK) break;
            cr_assert_eq(status, TN_OUT_OF_MEMORY, "allocation %d: %s", (int)n,
                         tn_status_name(status));
            failures++;
        }
        cr_assert_gt(failures, 20);
    }
    tn_dict_destroy(w.dicts[0]);
    tn_dict_destroy(w.dicts[1]);
    tn_zone_close(w.zone);
}

Test(program_memory, a_state_is_useful_after_a_run_that_failed) {
    static tn_text_world w;
    text_world_init(&w);
    for (int i = 0; i < 200; i++) {
        char text[32];
        snprintf(text, sizeof text, "ALPHA %d", i);
        put(w.dicts[0], text);
        put(w.dicts[1], text + 2);
    }
    spread_codes(&w, ROWS, 3);
    int failures = 0;
    for (uint64_t n = 1;; n++) {
        (void)tn_alloc_fail_at(n, true);
        const tn_status status = text_world_run(&w, ROWS);
        (void)tn_alloc_fail_at(0, false);
        if (status == TN_OK) break;
        cr_assert_eq(status, TN_OUT_OF_MEMORY);
        failures++;
    }
    cr_assert_gt(failures, 0);
    check_texts(&w, ROWS);
    text_world_deinit(&w);
}
