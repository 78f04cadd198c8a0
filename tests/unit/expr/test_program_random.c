/* Random programs against a naive interpreter, row by row: the same bits from every table, with
 * inputs of every physical type, nulls, growing dictionaries and zones whose days begin at odd
 * hours.
 *
 * The interpreter knows numbers as doubles, texts as texts and nulls as nulls. Where a kernel
 * computes a function that libm gives in other last bits (log, exp, pow, P(alive)), the interpreter
 * asks the base table for the one row: these are held to libm in the tests of kernels. */
#include "base/arena.h"
#include "base/bits.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/rng.h"
#include "expr/program.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VALUES_MAX = 160,
    COLUMNS = 18,
    DICTIONARIES = 2,
    OUTPUTS_MAX = 24,
    PROGRAMS = 150,
    TILES = 4
};

/* ---- The interpreter ---- */

typedef struct tn_cell {
    bool is_null; /* of numbers and texts */
    bool yes;     /* of bits */
    double number;
    tn_str text;
} tn_cell;

typedef enum tn_naive_op {
    NAIVE_INPUT,
    NAIVE_NUMBER,
    NAIVE_BOOL,
    NAIVE_TEXT,
    NAIVE_NULL_TEXT,
    NAIVE_NOW,
    NAIVE_TODAY,
    NAIVE_MATH,
    NAIVE_CLAMP,
    NAIVE_COMPARE,
    NAIVE_IS_NULL,
    NAIVE_AND,
    NAIVE_OR,
    NAIVE_NOT,
    NAIVE_SELECT,
    NAIVE_COALESCE,
    NAIVE_TEST,
    NAIVE_LOWER,
    NAIVE_JOIN,
    NAIVE_LEVEL,
    NAIVE_DAY,
    NAIVE_DAY_START,
    NAIVE_MONTHS,
    NAIVE_ANNIVERSARY,
    NAIVE_BIN,
    NAIVE_BUCKET,
    NAIVE_RULE,
    NAIVE_P_ALIVE,
    NAIVE_TABLE,
    NAIVE_CALL,
    NAIVE_PARAMETER,
    NAIVE_OP_COUNT
} tn_naive_op;

typedef struct tn_naive {
    tn_naive_op op;
    tn_register_kind kind;
    int sub;
    size_t args[3];
    double imm[2];
    tn_str text;
    tn_value_id value;
} tn_naive;

typedef struct tn_column_data {
    tn_physical physical;
    uint32_t dictionary;
    bool scaled;
    bool has_validity;
    double scale;
    _Alignas(64) unsigned char bytes[8 * TN_TILE_ROWS];
    uint64_t validity[TN_TILE_ROWS / 64];
} tn_column_data;

typedef struct tn_world {
    tn_rng rng;
    tn_arena arena;
    tn_zone *zone;
    tn_column_data columns[COLUMNS];
    tn_dict *dictionaries[DICTIONARIES];
    double cuts[3][40]; /* two slots in use, one empty */
    size_t cut_counts[3];
    double cells[9 * 7];
    double parameters[3];
    bool has_p;
    bool is_mbg;
    double p[4];
    int64_t as_of_ms;
    tn_naive naive[VALUES_MAX];
    size_t naive_count;
    size_t outputs[OUTPUTS_MAX];
    size_t output_count;
    size_t rows;
} tn_world;

static const double null = (double)NAN;

static tn_cell number_cell(double number) {
    return (tn_cell){.is_null = !isfinite(number), .number = number};
}
static tn_cell bool_cell(bool yes) {
    return (tn_cell){.yes = yes};
}
static tn_cell text_cell(tn_str text) {
    return (tn_cell){.text = text};
}
static const tn_cell null_cell = {.is_null = true, .number = (double)NAN};

static double one_unary(tn_unary op, double x) {
    double in[64];
    double out[64];
    for (size_t i = 0; i < 64; i++)
        in[i] = x;
    tn_kernels_get(TN_ISA_BASE)->arith->unary[op](out, (tn_in_f64){in, 1}, 64);
    return out[0];
}

static double one_power(double x, double y) {
    double in[2][64];
    double out[64];
    for (size_t i = 0; i < 64; i++) {
        in[0][i] = x;
        in[1][i] = y;
    }
    tn_kernels_get(TN_ISA_BASE)
        ->arith->binary[TN_BINARY_POW](out, (tn_in_f64){in[0], 1}, (tn_in_f64){in[1], 1}, 64);
    return out[0];
}

static double naive_units(double points) {
    if (points > 67108864.0) points = 67108864.0;
    if (points < -67108864.0) points = -67108864.0;
    return nearbyint(points * 65536.0);
}

static tn_cell naive_math(tn_math op, tn_cell x, tn_cell y) {
    const bool is_binary = op <= TN_MATH_POW;
    if (op == TN_MATH_TO_UNITS) return number_cell(x.is_null ? 0.0 : naive_units(x.number));
    if (x.is_null || (is_binary && y.is_null)) return null_cell;
    const double a = x.number;
    const double b = y.number;
    switch (op) {
    case TN_MATH_ADD:
        return number_cell(a + b);
    case TN_MATH_SUB:
        return number_cell(a - b);
    case TN_MATH_MUL:
        return number_cell(a * b);
    case TN_MATH_DIV:
        return number_cell(a / b);
    case TN_MATH_MIN:
        return number_cell(a < b ? a : b);
    case TN_MATH_MAX:
        return number_cell(a > b ? a : b);
    case TN_MATH_POW:
        return number_cell(one_power(a, b));
    case TN_MATH_NEG:
        return number_cell(-a);
    case TN_MATH_ABS:
        return number_cell(fabs(a));
    case TN_MATH_FLOOR:
        return number_cell(floor(a));
    case TN_MATH_CEIL:
        return number_cell(ceil(a));
    case TN_MATH_ROUND:
        return number_cell(round(a));
    case TN_MATH_LOG:
        return number_cell(one_unary(TN_UNARY_LOG, a));
    case TN_MATH_EXP:
        return number_cell(one_unary(TN_UNARY_EXP, a));
    case TN_MATH_SQRT:
        return number_cell(sqrt(a));
    case TN_MATH_TO_F32:
        return number_cell((double)(float)a);
    case TN_MATH_FROM_UNITS:
        return number_cell(a / 65536.0);
    case TN_MATH_TO_UNITS:
    default:
        return null_cell;
    }
}

static bool naive_compare(tn_comparison op, tn_cell x, tn_cell y) {
    if (x.is_null || y.is_null) return false;
    switch (op) {
    case TN_IS_LT:
        return x.number < y.number;
    case TN_IS_LE:
        return x.number <= y.number;
    case TN_IS_EQ:
        return x.number == y.number;
    case TN_IS_NE:
        return x.number != y.number;
    case TN_IS_GE:
        return x.number >= y.number;
    case TN_IS_GT:
    default:
        return x.number > y.number;
    }
}

static bool naive_test(tn_text_test op, tn_cell x, tn_cell y) {
    if (x.is_null || y.is_null) return false;
    const tn_str a = x.text;
    const tn_str b = y.text;
    if (op == TN_TEXT_EQUALS) return tn_str_equal(a, b);
    for (size_t at = 0; at + b.size <= a.size; at++) {
        if (memcmp(a.data + at, b.data, b.size) == 0) return true;
        if (op == TN_TEXT_STARTS_WITH) return false;
    }
    return false;
}

static tn_cell naive_join(tn_world *w, tn_cell x, tn_cell y) {
    if (x.is_null || y.is_null) return null_cell;
    char *joined = tn_arena_alloc(&w->arena, x.text.size + y.text.size + 1);
    cr_assert_not_null(joined);
    memcpy(joined, x.text.data, x.text.size);
    memcpy(joined + x.text.size, y.text.data, y.text.size);
    return text_cell((tn_str){joined, x.text.size + y.text.size});
}

static tn_cell naive_lower(tn_world *w, tn_cell x) {
    if (x.is_null) return null_cell;
    char *lower = tn_arena_alloc(&w->arena, 2 * x.text.size + 1);
    cr_assert_not_null(lower);
    return text_cell((tn_str){lower, tn_utf8_lower(x.text, lower, 2 * x.text.size)});
}

static tn_cell naive_bin(const tn_world *w, const tn_naive *n, tn_cell x) {
    const size_t slot = (size_t)n->sub;
    if (x.is_null || w->cut_counts[slot] == 0) return null_cell;
    double bin = 1.0;
    for (size_t i = 0; i < w->cut_counts[slot]; i++)
        bin += n->imm[0] != 0.0 ? w->cuts[slot][i] <= x.number : w->cuts[slot][i] < x.number;
    return number_cell(bin);
}

static tn_cell naive_rule(const tn_naive *n, tn_cell acc, tn_cell x, bool gate) {
    if (acc.is_null) return null_cell;
    if (x.is_null || !gate) return acc;
    double points = n->imm[0] * x.number;
    if (points > n->imm[1]) points = n->imm[1];
    if (points < -n->imm[1]) points = -n->imm[1];
    return number_cell(acc.number + naive_units(points));
}

static tn_cell naive_p_alive(const tn_world *w, tn_cell x, tn_cell t_x, tn_cell T) {
    if (!w->has_p || x.is_null || t_x.is_null || T.is_null) return null_cell;
    double in[3][64];
    double out[64];
    for (size_t i = 0; i < 64; i++) {
        in[0][i] = x.number;
        in[1][i] = t_x.number;
        in[2][i] = T.number;
    }
    const tn_in_f64 args[3] = {{in[0], 1}, {in[1], 1}, {in[2], 1}};
    const tn_clv_kernels *clv = tn_kernels_get(TN_ISA_BASE)->clv;
    if (w->is_mbg)
        clv->p_alive_mbg(out, args, w->p, 64);
    else
        clv->p_alive_bg(out, args, w->p, 64);
    return number_cell(out[0]);
}

static double fallback(void *context, double row, double column) {
    (void)context;
    return row * 1000.0 + column;
}
static double caller(void *context, double a, double b, double c) {
    (void)context;
    return isnan(c) ? a + b : a * b - c;
}

static tn_cell naive_table(const tn_world *w, tn_cell row, tn_cell column) {
    if (row.is_null || column.is_null) return null_cell;
    const double r = row.number;
    const double c = column.number;
    if (r == floor(r) && c == floor(c) && r >= 0 && r < 9 && c >= 0 && c < 6) {
        const double cell = w->cells[(size_t)r * 7 + (size_t)c];
        if (!isnan(cell)) return number_cell(cell);
    }
    return number_cell(fallback(NULL, r, c));
}

static tn_cell naive_input(const tn_world *w, const tn_naive *n, size_t row) {
    const tn_column_data *column = &w->columns[n->sub];
    const void *data = column->bytes;
    if (column->has_validity && !tn_bit_get(column->validity, row))
        return column->physical == TN_PHYSICAL_BITS ? bool_cell(false) : null_cell;
    switch (column->physical) {
    case TN_PHYSICAL_F64: {
        const double v = ((const double *)data)[row];
        return number_cell(column->scaled ? v * column->scale : v);
    }
    case TN_PHYSICAL_F32:
        return number_cell((double)((const float *)data)[row]);
    case TN_PHYSICAL_I64: {
        const int64_t v = ((const int64_t *)data)[row];
        return v == INT64_MIN ? null_cell : number_cell((double)v);
    }
    case TN_PHYSICAL_I32:
    case TN_PHYSICAL_UNITS: {
        const int32_t v = ((const int32_t *)data)[row];
        return v == INT32_MIN ? null_cell : number_cell(v);
    }
    case TN_PHYSICAL_U32:
        return number_cell(((const uint32_t *)data)[row]);
    case TN_PHYSICAL_U16:
        return number_cell(((const uint16_t *)data)[row]);
    case TN_PHYSICAL_U8:
        return number_cell(((const uint8_t *)data)[row]);
    case TN_PHYSICAL_I8: {
        const int8_t v = ((const int8_t *)data)[row];
        return v == -1 ? null_cell : number_cell(v);
    }
    case TN_PHYSICAL_CODE: {
        const uint32_t code = ((const uint32_t *)data)[row];
        if (code == TN_CODE_NULL) return null_cell;
        return text_cell(tn_dict_text(w->dictionaries[column->dictionary], code));
    }
    case TN_PHYSICAL_BITS:
    default:
        return bool_cell(tn_bit_get(data, row));
    }
}

static tn_str id_of(void *context, size_t row) {
    static char ids[2][32];
    static int turn = 0;
    (void)context;
    turn = !turn;
    const int size = snprintf(ids[turn], sizeof ids[turn], "customer-%zu", row * 7);
    return (tn_str){ids[turn], (size_t)size};
}

static tn_cell naive_bucket(const tn_naive *n, size_t row) {
    char salted[96];
    const tn_str id = id_of(NULL, row);
    memcpy(salted, n->text.data, n->text.size);
    memcpy(salted + n->text.size, id.data, id.size);
    return number_cell((double)(tn_hash_plain(salted, n->text.size + id.size) % (uint64_t)n->sub));
}

static tn_str level_name(double rank) {
    static const char *const names[] = {"Alpha", "beta", "gamma ray", "delta"};
    return tn_str_of(names[(size_t)rank]);
}

static tn_cell naive_level(tn_cell x) {
    if (x.is_null || x.number != floor(x.number) || x.number < 0 || x.number > 3) return null_cell;
    return text_cell(level_name(x.number));
}

static tn_cell naive_calendar(const tn_world *w, const tn_naive *n, tn_cell x, tn_cell y) {
    if (x.is_null || (n->op == NAIVE_ANNIVERSARY && y.is_null)) return null_cell;
    const bool is_time = n->op == NAIVE_DAY || (n->op == NAIVE_MONTHS && n->imm[0] == 0.0);
    const double days_max = n->op == NAIVE_MONTHS ? 7e7 : 1e8;
    if (fabs(x.number) > (is_time ? days_max * 86400000.0 : days_max)) return null_cell;
    const double whole = floor(x.number);
    double result;
    switch (n->op) {
    case NAIVE_DAY:
        return number_cell(tn_zone_day(w->zone, (int64_t)whole));
    case NAIVE_DAY_START:
        return number_cell((double)tn_zone_day_start(w->zone, (int32_t)whole));
    case NAIVE_ANNIVERSARY:
        if (fabs(y.number) > 1e8) return null_cell;
        return number_cell(tn_days_to_anniversary((int32_t)whole, (int32_t)floor(y.number)));
    default:
        if (is_time)
            result =
                (double)tn_zone_add_months(w->zone, (int64_t)whole, n->sub) + (x.number - whole);
        else
            result = tn_days_add_months((int32_t)whole, n->sub);
        return fabs(result) > (is_time ? days_max * 86400000.0 : days_max) ? null_cell
                                                                           : number_cell(result);
    }
}

static tn_cell interpret(tn_world *w, size_t at, size_t row, const tn_cell *cells) {
    const tn_naive *n = &w->naive[at];
    const tn_cell x = cells[n->args[0]];
    const tn_cell y = cells[n->args[1]];
    const tn_cell z = cells[n->args[2]];
    switch (n->op) {
    case NAIVE_INPUT:
        return naive_input(w, n, row);
    case NAIVE_NUMBER:
        return number_cell(n->imm[0]);
    case NAIVE_BOOL:
        return bool_cell(n->sub);
    case NAIVE_TEXT:
        return text_cell(n->text);
    case NAIVE_NULL_TEXT:
        return null_cell;
    case NAIVE_NOW:
        return number_cell((double)w->as_of_ms);
    case NAIVE_TODAY:
        return number_cell(tn_zone_day(w->zone, w->as_of_ms));
    case NAIVE_MATH:
        return naive_math((tn_math)n->sub, x, y);
    case NAIVE_CLAMP:
        if (x.is_null) return null_cell;
        return number_cell(x.number < n->imm[0]   ? n->imm[0]
                           : x.number > n->imm[1] ? n->imm[1]
                                                  : x.number);
    case NAIVE_COMPARE:
        return bool_cell(naive_compare((tn_comparison)n->sub, x, y));
    case NAIVE_IS_NULL:
        return bool_cell(x.is_null);
    case NAIVE_AND:
        return bool_cell(x.yes && y.yes);
    case NAIVE_OR:
        return bool_cell(x.yes || y.yes);
    case NAIVE_NOT:
        return bool_cell(!x.yes);
    case NAIVE_SELECT:
        return x.yes ? y : z;
    case NAIVE_COALESCE:
        return x.is_null ? y : x;
    case NAIVE_TEST:
        return bool_cell(naive_test((tn_text_test)n->sub, x, y));
    case NAIVE_LOWER:
        return naive_lower(w, x);
    case NAIVE_JOIN:
        return naive_join(w, x, y);
    case NAIVE_LEVEL:
        return naive_level(x);
    case NAIVE_DAY:
    case NAIVE_DAY_START:
    case NAIVE_MONTHS:
    case NAIVE_ANNIVERSARY:
        return naive_calendar(w, n, x, y);
    case NAIVE_BIN:
        return naive_bin(w, n, x);
    case NAIVE_BUCKET:
        return naive_bucket(n, row);
    case NAIVE_RULE:
        return naive_rule(n, x, y, n->args[2] == at || z.yes);
    case NAIVE_P_ALIVE:
        return naive_p_alive(w, x, y, z);
    case NAIVE_TABLE:
        return naive_table(w, x, y);
    case NAIVE_CALL:
        return number_cell(caller(NULL, x.is_null ? null : x.number, y.is_null ? null : y.number,
                                  z.is_null ? null : z.number));
    case NAIVE_PARAMETER:
        return number_cell(w->parameters[n->sub]);
    case NAIVE_OP_COUNT:
    default:
        return null_cell;
    }
}

/* ---- Random programs ---- */

static const struct {
    tn_physical physical;
    uint32_t dictionary;
    bool scaled;
    bool has_validity;
} column_kinds[COLUMNS] = {
    {TN_PHYSICAL_F64, 0, false, false},  {TN_PHYSICAL_F64, 0, false, true},
    {TN_PHYSICAL_F64, 0, true, false},   {TN_PHYSICAL_F32, 0, false, false},
    {TN_PHYSICAL_I64, 0, false, false},  {TN_PHYSICAL_I64, 0, false, true},
    {TN_PHYSICAL_I32, 0, false, false},  {TN_PHYSICAL_U32, 0, false, false},
    {TN_PHYSICAL_U16, 0, false, false},  {TN_PHYSICAL_U16, 0, false, false},
    {TN_PHYSICAL_U8, 0, false, false},   {TN_PHYSICAL_I8, 0, false, false},
    {TN_PHYSICAL_CODE, 0, false, false}, {TN_PHYSICAL_CODE, 0, false, true},
    {TN_PHYSICAL_CODE, 1, false, false}, {TN_PHYSICAL_UNITS, 0, false, false},
    {TN_PHYSICAL_BITS, 0, false, false}, {TN_PHYSICAL_BITS, 0, false, true},
};

static size_t below(tn_world *w, size_t bound) {
    return (size_t)tn_rng_below(&w->rng, bound);
}

/* A value of a kind made so far, mostly a recent one. */
static size_t pick(tn_world *w, tn_register_kind kind) {
    for (;;) {
        const size_t back = below(w, 3) ? below(w, w->naive_count < 20 ? w->naive_count : 20)
                                        : below(w, w->naive_count);
        const size_t at = w->naive_count - 1 - back;
        if (w->naive[at].kind == kind) return at;
        if (below(w, 4) == 0)
            for (size_t i = w->naive_count; i-- > 0;)
                if (w->naive[i].kind == kind) return i;
    }
}

static double random_number(tn_world *w) {
    switch (below(w, 8)) {
    case 0:
        return null;
    case 1:
        return 0.0;
    case 2:
        return 1.0;
    case 3:
        return (double)below(w, 40) - 10.0;
    case 4:
        return tn_rng_normal(&w->rng) * 100.0;
    case 5:
        return (double)below(w, 30000);
    case 6:
        return 1.6e12 + (double)below(w, 1000000000);
    default:
        return below(w, 2) ? 1e300 : -2.5;
    }
}

static tn_str random_text(tn_world *w) {
    static const char *const texts[] = {"",  "a", "A",       "ab",  "Alpha",     "alpha", "be",
                                        "É", "é", "Σίσυφος", "ray", "gamma ray", "x"};
    return tn_str_of(texts[below(w, sizeof texts / sizeof *texts)]);
}

/* Builds the same in a builder. */
static tn_value_id build_one(tn_builder *b, const tn_world *w, const tn_naive *n, size_t at) {
    const tn_value_id x = w->naive[n->args[0]].value;
    const tn_value_id y = w->naive[n->args[1]].value;
    const tn_value_id z = w->naive[n->args[2]].value;
    static tn_str names[4];
    switch (n->op) {
    case NAIVE_INPUT:
        return tn_build_input(b, (uint32_t)n->sub + 100, w->columns[n->sub].physical,
                              w->columns[n->sub].dictionary, w->columns[n->sub].scaled);
    case NAIVE_NUMBER:
        return tn_build_number(b, n->imm[0]);
    case NAIVE_BOOL:
        return tn_build_bool(b, n->sub != 0);
    case NAIVE_TEXT:
        return tn_build_text(b, n->text);
    case NAIVE_NULL_TEXT:
        return tn_build_null_text(b);
    case NAIVE_NOW:
        return tn_build_now(b);
    case NAIVE_TODAY:
        return tn_build_today(b);
    case NAIVE_MATH:
        return tn_build_math(b, (tn_math)n->sub, x, n->sub <= TN_MATH_POW ? y : TN_NO_VALUE);
    case NAIVE_CLAMP:
        return tn_build_clamp(b, x, n->imm[0], n->imm[1]);
    case NAIVE_COMPARE:
        return tn_build_compare(b, (tn_comparison)n->sub, x, y);
    case NAIVE_IS_NULL:
        return tn_build_is_null(b, x);
    case NAIVE_AND:
        return tn_build_and(b, x, y);
    case NAIVE_OR:
        return tn_build_or(b, x, y);
    case NAIVE_NOT:
        return tn_build_not(b, x);
    case NAIVE_SELECT:
        return tn_build_select(b, x, y, z);
    case NAIVE_COALESCE:
        return tn_build_coalesce(b, x, y);
    case NAIVE_TEST:
        return tn_build_text_test(b, (tn_text_test)n->sub, x, y);
    case NAIVE_LOWER:
        return tn_build_text_lower(b, x);
    case NAIVE_JOIN:
        return tn_build_text_join(b, x, y);
    case NAIVE_LEVEL:
        for (size_t i = 0; i < 4; i++)
            names[i] = level_name((double)i);
        return tn_build_level_text(b, x, names, 4);
    case NAIVE_DAY:
        return tn_build_day(b, x);
    case NAIVE_DAY_START:
        return tn_build_day_start(b, x);
    case NAIVE_MONTHS:
        return tn_build_add_months(b, x, n->sub, n->imm[0] != 0.0);
    case NAIVE_ANNIVERSARY:
        return tn_build_anniversary(b, x, y);
    case NAIVE_BIN:
        return tn_build_bin(b, x, (uint32_t)n->sub, n->imm[0] != 0.0);
    case NAIVE_BUCKET:
        return tn_build_bucket(b, (uint32_t)n->sub, n->text);
    case NAIVE_RULE:
        return tn_build_rule(b, x, y, n->imm[0], n->imm[1], n->args[2] == at ? TN_NO_VALUE : z);
    case NAIVE_P_ALIVE:
        return tn_build_p_alive(b, x, y, z);
    case NAIVE_TABLE:
        return tn_build_table(b, 2, x, y);
    case NAIVE_CALL:
        return tn_build_call(b, 1, x, y, z);
    case NAIVE_PARAMETER:
        return tn_build_parameter(b, (uint32_t)n->sub);
    case NAIVE_OP_COUNT:
    default:
        return TN_NO_VALUE;
    }
}

static void add_naive(tn_world *w, tn_builder *b, tn_naive n) {
    const size_t at = w->naive_count;
    n.value = build_one(b, w, &n, at);
    cr_assert_neq(n.value, TN_NO_VALUE);
    cr_assert_eq(tn_builder_kind(b, n.value), n.kind);
    w->naive[w->naive_count++] = n;
}

static void add_leaf(tn_world *w, tn_builder *b) {
    tn_naive n = {.kind = TN_REGISTER_F64};
    switch (below(w, 12)) {
    case 0:
        n.op = NAIVE_NUMBER;
        n.imm[0] = random_number(w);
        break;
    case 1:
        n.op = NAIVE_TEXT;
        n.kind = TN_REGISTER_CODE;
        n.text = random_text(w);
        break;
    case 2:
        n.op = below(w, 4) ? NAIVE_NOW : NAIVE_NULL_TEXT;
        n.kind = n.op == NAIVE_NOW ? TN_REGISTER_F64 : TN_REGISTER_CODE;
        break;
    case 3:
        n.op = below(w, 2) ? NAIVE_TODAY : NAIVE_PARAMETER;
        n.sub = (int)below(w, 3);
        break;
    case 4:
        n.op = NAIVE_BOOL;
        n.kind = TN_REGISTER_BITS;
        n.sub = below(w, 2) != 0;
        break;
    case 5:
        n.op = NAIVE_BUCKET;
        n.sub = 1 + (int)below(w, 20);
        n.text = random_text(w);
        break;
    default:
        n.op = NAIVE_INPUT;
        n.sub = (int)below(w, COLUMNS);
        n.kind = w->columns[n.sub].physical == TN_PHYSICAL_CODE   ? TN_REGISTER_CODE
                 : w->columns[n.sub].physical == TN_PHYSICAL_BITS ? TN_REGISTER_BITS
                                                                  : TN_REGISTER_F64;
        break;
    }
    add_naive(w, b, n);
}

static void set_arg(tn_world *w, tn_naive *n, size_t i, tn_register_kind kind) {
    n->args[i] = pick(w, kind);
}

static void add_number_op(tn_world *w, tn_builder *b) {
    static const tn_naive_op ops[] = {NAIVE_MATH,    NAIVE_MATH,        NAIVE_MATH, NAIVE_MATH,
                                      NAIVE_MATH,    NAIVE_CLAMP,       NAIVE_DAY,  NAIVE_DAY_START,
                                      NAIVE_MONTHS,  NAIVE_ANNIVERSARY, NAIVE_BIN,  NAIVE_RULE,
                                      NAIVE_P_ALIVE, NAIVE_TABLE,       NAIVE_CALL};
    tn_naive n = {.op = ops[below(w, sizeof ops / sizeof *ops)], .kind = TN_REGISTER_F64};
    for (size_t i = 0; i < 3; i++)
        set_arg(w, &n, i, TN_REGISTER_F64);
    n.sub = n.op == NAIVE_MATH ? (int)below(w, TN_MATH_FROM_UNITS + 1) : (int)below(w, 3);
    n.imm[0] = n.op == NAIVE_RULE ? tn_rng_normal(&w->rng) * 20.0 : (double)below(w, 2);
    n.imm[1] = below(w, 3) ? 50.0 : (double)INFINITY;
    if (n.op == NAIVE_MONTHS) n.sub = (int)below(w, 60) - 30;
    if (n.op == NAIVE_CLAMP) n.imm[0] = -10.0;
    if (n.op == NAIVE_RULE) n.args[2] = below(w, 2) ? w->naive_count : pick(w, TN_REGISTER_BITS);
    add_naive(w, b, n);
}

static void add_bits_op(tn_world *w, tn_builder *b) {
    static const tn_naive_op ops[] = {NAIVE_COMPARE, NAIVE_COMPARE, NAIVE_COMPARE, NAIVE_IS_NULL,
                                      NAIVE_AND,     NAIVE_AND,     NAIVE_OR,      NAIVE_NOT,
                                      NAIVE_TEST,    NAIVE_TEST,    NAIVE_SELECT};
    tn_naive n = {.op = ops[below(w, sizeof ops / sizeof *ops)], .kind = TN_REGISTER_BITS};
    tn_register_kind of = TN_REGISTER_BITS;
    if (n.op == NAIVE_COMPARE) of = TN_REGISTER_F64;
    if (n.op == NAIVE_TEST) of = TN_REGISTER_CODE;
    if (n.op == NAIVE_IS_NULL) of = below(w, 2) ? TN_REGISTER_CODE : TN_REGISTER_F64;
    for (size_t i = 0; i < 3; i++)
        set_arg(w, &n, i, of);
    n.sub = (int)below(w, n.op == NAIVE_COMPARE ? 6 : 3);
    add_naive(w, b, n);
}

static void add_text_or_choice(tn_world *w, tn_builder *b) {
    static const tn_naive_op ops[] = {NAIVE_LOWER, NAIVE_JOIN, NAIVE_LEVEL, NAIVE_SELECT,
                                      NAIVE_COALESCE};
    tn_naive n = {.op = ops[below(w, sizeof ops / sizeof *ops)], .kind = TN_REGISTER_CODE};
    if (n.op >= NAIVE_SELECT && n.op <= NAIVE_COALESCE && below(w, 2)) n.kind = TN_REGISTER_F64;
    for (size_t i = 0; i < 3; i++)
        set_arg(w, &n, i, n.op == NAIVE_LEVEL ? TN_REGISTER_F64 : n.kind);
    if (n.op == NAIVE_SELECT) set_arg(w, &n, 0, TN_REGISTER_BITS);
    add_naive(w, b, n);
}

static tn_physical output_physical(tn_register_kind kind) {
    if (kind == TN_REGISTER_CODE) return TN_PHYSICAL_CODE;
    return kind == TN_REGISTER_BITS ? TN_PHYSICAL_BITS : TN_PHYSICAL_F64;
}

static tn_program *random_program(tn_world *w) {
    tn_builder *b = tn_builder_create(w->zone);
    cr_assert_not_null(b);
    w->naive_count = 0;
    w->output_count = 0;
    add_naive(w, b, (tn_naive){.op = NAIVE_INPUT, .kind = TN_REGISTER_F64, .sub = 0});
    add_naive(w, b, (tn_naive){.op = NAIVE_INPUT, .kind = TN_REGISTER_CODE, .sub = 12});
    add_naive(w, b, (tn_naive){.op = NAIVE_INPUT, .kind = TN_REGISTER_BITS, .sub = 16});
    const size_t count = 10 + below(w, VALUES_MAX - 12);
    while (w->naive_count < count) {
        switch (below(w, 6)) {
        case 0:
        case 1:
            add_leaf(w, b);
            break;
        case 2:
        case 3:
            add_number_op(w, b);
            break;
        case 4:
            add_bits_op(w, b);
            break;
        default:
            add_text_or_choice(w, b);
            break;
        }
    }
    while (w->output_count < OUTPUTS_MAX) {
        const size_t at = below(w, w->naive_count);
        tn_build_output(b, (uint32_t)w->output_count, w->naive[at].value,
                        output_physical(w->naive[at].kind));
        w->outputs[w->output_count++] = at;
    }
    tn_program *program = NULL;
    tn_error error;
    cr_assert_eq(tn_builder_seal(b, &program, &error), TN_OK);
    return program;
}

/* ---- Random columns ---- */

static void grow_dictionary(tn_world *w, tn_dict *dict) {
    for (size_t i = below(w, 12) + 1; i-- > 0;) {
        char text[64];
        const tn_str start = random_text(w);
        const int size =
            snprintf(text, sizeof text, "%.*s%zu", (int)start.size, start.data, below(w, 50));
        uint32_t code;
        cr_assert_eq(tn_dict_put(dict, (tn_str){text, (size_t)size}, &code), TN_OK);
        cr_assert_eq(tn_dict_put(dict, random_text(w), &code), TN_OK);
    }
}

static void random_rows(tn_world *w, tn_column_data *c) {
    void *data = c->bytes;
    for (size_t i = 0; i < TN_TILE_ROWS; i++) {
        const double v = random_number(w);
        const bool is_null = below(w, 6) == 0;
        switch (c->physical) {
        case TN_PHYSICAL_F64:
            ((double *)data)[i] = v;
            break;
        case TN_PHYSICAL_F32:
            ((float *)data)[i] = (float)(fabs(v) < 1e30 ? v : null);
            break;
        case TN_PHYSICAL_I64:
            ((int64_t *)data)[i] =
                is_null ? INT64_MIN : (int64_t)(tn_rng_unit(&w->rng) * 7.2e12) - 200000000000;
            break;
        case TN_PHYSICAL_I32:
        case TN_PHYSICAL_UNITS:
            ((int32_t *)data)[i] = is_null ? INT32_MIN : (int32_t)below(w, 84400);
            break;
        case TN_PHYSICAL_U32:
            ((uint32_t *)data)[i] = (uint32_t)tn_rng_u64(&w->rng);
            break;
        case TN_PHYSICAL_U16:
            ((uint16_t *)data)[i] = (uint16_t)below(w, 12);
            break;
        case TN_PHYSICAL_U8:
            ((uint8_t *)data)[i] = (uint8_t)below(w, 256);
            break;
        case TN_PHYSICAL_I8:
            ((int8_t *)data)[i] = (int8_t)((int)below(w, 7) - 1);
            break;
        case TN_PHYSICAL_CODE:
            ((uint32_t *)data)[i] =
                is_null ? TN_CODE_NULL
                        : (uint32_t)below(w, tn_dict_count(w->dictionaries[c->dictionary]));
            break;
        case TN_PHYSICAL_BITS:
        default:
            tn_bit_put(data, i, below(w, 2) != 0);
            break;
        }
    }
    for (size_t i = 0; i < TN_TILE_ROWS / 64; i++)
        c->validity[i] = tn_rng_u64(&w->rng);
    c->scale = c->scaled ? tn_rng_unit(&w->rng) : 1.0;
}

/* Rows behind the last are garbage. */
static void random_tile(tn_world *w) {
    for (size_t d = 0; d < DICTIONARIES; d++)
        grow_dictionary(w, w->dictionaries[d]);
    for (size_t c = 0; c < COLUMNS; c++)
        random_rows(w, &w->columns[c]);
    w->rows = below(w, 3) ? 1 + below(w, TN_TILE_ROWS) : TN_TILE_ROWS;
    const size_t code_bytes = w->rows * sizeof(uint32_t);
    for (size_t c = 12; c <= 14; c++)
        memset(w->columns[c].bytes + code_bytes, 0xFE, sizeof w->columns[c].bytes - code_bytes);
    w->as_of_ms = 1700000000000 + (int64_t)below(w, 100000000000);
}

static void world_init(tn_world *w, uint64_t seed, const char *zone) {
    memset(w, 0, sizeof *w);
    tn_rng_init(&w->rng, seed);
    tn_arena_init(&w->arena, NULL);
    tn_error error;
    cr_assert_eq(tn_zone_open(zone, &w->zone, &error), TN_OK, "%s", error.message);
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, seed);
    for (size_t d = 0; d < DICTIONARIES; d++)
        cr_assert_eq(tn_dict_create(NULL, &secret, &w->dictionaries[d]), TN_OK);
    for (size_t c = 0; c < COLUMNS; c++) {
        w->columns[c].physical = column_kinds[c].physical;
        w->columns[c].dictionary = column_kinds[c].dictionary;
        w->columns[c].scaled = column_kinds[c].scaled;
        w->columns[c].has_validity = column_kinds[c].has_validity;
    }
    for (size_t slot = 0; slot < 2; slot++) {
        w->cut_counts[slot] = slot == 0 ? 4 : 40;
        double cut = -50.0;
        for (size_t i = 0; i < w->cut_counts[slot]; i++)
            w->cuts[slot][i] = cut += (double)below(w, 5);
    }
    for (size_t i = 0; i < sizeof w->cells / sizeof *w->cells; i++)
        w->cells[i] = below(w, 6) ? tn_rng_normal(&w->rng) : null;
    w->parameters[0] = 2.0;
    w->parameters[1] = tn_rng_normal(&w->rng);
    w->parameters[2] = null;
    w->has_p = below(w, 4) != 0;
    w->is_mbg = below(w, 2) != 0;
    memcpy(w->p, (const double[4]){0.5, 6.0, 0.9, 1.6}, sizeof w->p);
}

static void world_deinit(tn_world *w) {
    for (size_t d = 0; d < DICTIONARIES; d++)
        tn_dict_destroy(w->dictionaries[d]);
    tn_zone_close(w->zone);
    tn_arena_deinit(&w->arena);
}

/* ---- Comparison ---- */

static tn_program_state *make_state(const tn_world *w, const tn_program *program,
                                    const tn_kernels *kernels) {
    tn_program_state *state = NULL;
    cr_assert_eq(tn_program_state_create(program, kernels, NULL, &state), TN_OK);
    for (uint32_t slot = 0; slot < 3; slot++) {
        if (w->cut_counts[slot]) tn_state_set_cuts(state, slot, w->cuts[slot], w->cut_counts[slot]);
        tn_state_set_parameter(state, slot, w->parameters[slot]);
    }
    if (w->has_p) tn_state_set_p_alive(state, w->is_mbg, w->p);
    tn_state_set_table(state, 2, w->cells, 9, 6, 7, fallback, NULL);
    tn_state_set_call(state, 1, caller, NULL);
    return state;
}

typedef struct tn_output_data {
    _Alignas(64) unsigned char bytes[OUTPUTS_MAX][8 * TN_TILE_ROWS];
} tn_output_data;

static void run_tile(const tn_world *w, const tn_program *program, tn_program_state *state,
                     tn_output_data *out) {
    tn_error error;
    const tn_dict *const dictionaries[DICTIONARIES] = {w->dictionaries[0], w->dictionaries[1]};
    cr_assert_eq(tn_state_prepare(state, dictionaries, DICTIONARIES, &error), TN_OK);
    tn_bound_input inputs[COLUMNS];
    for (size_t i = 0; i < tn_program_input_count(program); i++) {
        const tn_column_data *c = &w->columns[tn_program_input_key(program, i) - 100];
        inputs[i] = (tn_bound_input){
            .data = c->bytes, .validity = c->has_validity ? c->validity : NULL, .scale = c->scale};
    }
    tn_bound_output outputs[OUTPUTS_MAX];
    for (size_t i = 0; i < OUTPUTS_MAX; i++)
        outputs[i].data = out->bytes[i];
    const tn_tile tile = {.rows = w->rows,
                          .as_of_ms = w->as_of_ms,
                          .inputs = inputs,
                          .outputs = outputs,
                          .id = id_of};
    cr_assert_eq(tn_program_run(state, &tile), TN_OK);
}

static void explain(const tn_program *program, const char *table, size_t output, size_t row) {
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    tn_program_print(program, &text);
    fprintf(stderr, "%.*s", (int)text.size, text.data);
    tn_buffer_deinit(&text);
    cr_assert_fail("table %s, output %zu, row %zu", table, output, row);
}

static bool same_cell(const tn_program_state *state, tn_register_kind kind, const void *data,
                      size_t row, tn_cell want) {
    if (kind == TN_REGISTER_BITS) return tn_bit_get(data, row) == want.yes;
    if (kind == TN_REGISTER_F64) {
        const double got = ((const double *)data)[row];
        return want.is_null ? isnan(got) : got == want.number;
    }
    const uint32_t code = ((const uint32_t *)data)[row];
    if (want.is_null || code == TN_CODE_NULL) return want.is_null && code == TN_CODE_NULL;
    return tn_str_equal(tn_dict_text(tn_state_dictionary(state), code), want.text);
}

static void check_tile(tn_world *w, const tn_program *program, const tn_program_state *state,
                       const char *table, const tn_output_data *out) {
    static tn_cell cells[VALUES_MAX];
    for (size_t row = 0; row < w->rows; row += 1 + below(w, 8)) {
        for (size_t at = 0; at < w->naive_count; at++)
            cells[at] = interpret(w, at, row, cells);
        for (size_t i = 0; i < w->output_count; i++)
            if (!same_cell(state, w->naive[w->outputs[i]].kind, out->bytes[i], row,
                           cells[w->outputs[i]]))
                explain(program, table, i, row);
    }
    for (size_t i = 0; i < w->output_count; i++) {
        const uint64_t *words = (const uint64_t *)(const void *)out->bytes[i];
        const size_t rest = w->rows % 64;
        if (w->naive[w->outputs[i]].kind == TN_REGISTER_BITS && rest)
            cr_assert_eq(words[w->rows / 64] >> rest, 0, "bits behind the last row");
    }
}

static uint64_t seed_of_run(void) {
    const char *given = getenv("TENURE_SEED");
    const uint64_t seed = given ? strtoull(given, NULL, 10) : tn_clock_monotonic_ns();
    fprintf(stderr, "random programs: TENURE_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

static void run_programs(const char *zone, uint64_t seed) {
    static tn_world world;
    static tn_output_data out;
    for (uint64_t turn = 0; turn < PROGRAMS; turn++) {
        world_init(&world, seed + turn, zone);
        for (size_t d = 0; d < DICTIONARIES; d++)
            grow_dictionary(&world, world.dictionaries[d]);
        tn_program *program = random_program(&world);
        tn_program_state *states[TN_ISA_COUNT] = {NULL};
        for (int isa = 0; isa < TN_ISA_COUNT; isa++)
            if (tn_kernels_get((tn_isa)isa))
                states[isa] = make_state(&world, program, tn_kernels_get((tn_isa)isa));
        for (int tile = 0; tile < TILES; tile++) {
            random_tile(&world);
            for (int isa = 0; isa < TN_ISA_COUNT; isa++) {
                if (!states[isa]) continue;
                memset(&out, 0xA5, sizeof out);
                run_tile(&world, program, states[isa], &out);
                check_tile(&world, program, states[isa], tn_isa_name((tn_isa)isa), &out);
            }
        }
        for (int isa = 0; isa < TN_ISA_COUNT; isa++)
            tn_program_state_destroy(states[isa]);
        tn_program_destroy(program);
        world_deinit(&world);
    }
}

Test(program_random, programs_agree_with_a_naive_interpreter) {
    run_programs("UTC", seed_of_run());
}

Test(program_random, programs_agree_where_midnight_does_not_exist) {
    run_programs("America/Sao_Paulo", seed_of_run());
}

Test(program_random, programs_agree_in_a_zone_with_summer_time) {
    run_programs("Europe/Paris", seed_of_run());
}
