/* program.h: a compiled batch of expressions: a straight line of vector operations over tiles of
 * rows.
 *
 * A builder numbers values: equal operations on equal values are one value, however many
 * expressions ask for it, and constants fold. Sealing drops what no root needs, orders the rest,
 * and assigns registers so that a tile's working set stays in cache. A sealed program is immutable
 * and is shared by threads; what depends on a shard (dictionary tables, cuts, registers) is in a
 * state.
 *
 * Register kinds: F64 (number, time in ms, duration in ms, date in days, level as its rank; NaN is
 * null), CODE (text as a code of a dictionary; -1 is null), BITS (one bit a row, no null).
 *
 * A builder function given TN_NO_VALUE where a value must be gives TN_NO_VALUE and makes sealing
 * fail; a value of the wrong kind is a defect of the caller (TN_ASSERT). */
#ifndef TN_EXPR_PROGRAM_H
#define TN_EXPR_PROGRAM_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/calendar.h"
#include "kernels/kernels.h"
#include "store/column.h"
#include "store/dict.h"

#include <tenure/status.h>
#include <tenure/types.h>

typedef enum tn_register_kind {
    TN_REGISTER_F64,
    TN_REGISTER_CODE,
    TN_REGISTER_BITS
} tn_register_kind;

typedef uint32_t tn_value_id; /* a value of a builder */
#define TN_NO_VALUE UINT32_MAX

typedef struct tn_builder tn_builder;
typedef struct tn_program tn_program;
typedef struct tn_program_state tn_program_state;

/* The builder lives until it is sealed or destroyed; the zone must outlive the program. Running out
 * of memory or of room is remembered: every later call returns TN_NO_VALUE and sealing reports it.
 */
tn_builder *tn_builder_create(const tn_zone *zone);
void tn_builder_destroy(tn_builder *builder);
tn_register_kind tn_builder_kind(const tn_builder *builder, tn_value_id value);

/* Inputs: `key` is the caller's number for it (equal keys are one input). `dictionary` is the
 * caller's number for the dictionary of a CODE input (states are given them by that number). A
 * validity bitmap, when the caller binds one at run time, makes rows null besides the sentinels. A
 * `scaled` F64 input is multiplied by the tile's scale (decayed sums). A UNITS input is a number of
 * units, as a UNITS output is (TN_MATH_FROM_UNITS makes points of it); all columns of a key are
 * bound with one physical type. */
tn_value_id tn_build_input(tn_builder *b, uint32_t key, tn_physical physical, uint32_t dictionary,
                           bool scaled);
tn_value_id tn_build_number(tn_builder *b, double value); /* NaN is null */
tn_value_id tn_build_bool(tn_builder *b, bool value);
tn_value_id tn_build_text(tn_builder *b, tn_str literal);
tn_value_id tn_build_null_text(tn_builder *b);
tn_value_id tn_build_now(tn_builder *b);   /* as-of, ms: a parameter of each run */
tn_value_id tn_build_today(tn_builder *b); /* the calendar day of as-of */

/* F64 → F64. NaN in, NaN out; an infinite result becomes NaN. */
typedef enum tn_math {
    TN_MATH_ADD,
    TN_MATH_SUB,
    TN_MATH_MUL,
    TN_MATH_DIV,
    TN_MATH_MIN,
    TN_MATH_MAX,
    TN_MATH_POW,
    TN_MATH_NEG,
    TN_MATH_ABS,
    TN_MATH_FLOOR,
    TN_MATH_CEIL,
    TN_MATH_ROUND,
    TN_MATH_LOG,
    TN_MATH_EXP,
    TN_MATH_SQRT,
    TN_MATH_TO_F32,   /* rounded to float and back: what a derived number column holds */
    TN_MATH_TO_UNITS, /* × 65,536, nearest, half to even, within ±2^42; null becomes 0 (SPEC 5.2) */
    TN_MATH_FROM_UNITS
} tn_math;
tn_value_id tn_build_math(tn_builder *b, tn_math op, tn_value_id x,
                          tn_value_id y); /* y unused: TN_NO_VALUE */
tn_value_id tn_build_clamp(tn_builder *b, tn_value_id x, double low, double high);

/* F64 × F64 → BITS, false for null. */
typedef enum tn_comparison {
    TN_IS_LT,
    TN_IS_LE,
    TN_IS_EQ,
    TN_IS_NE,
    TN_IS_GE,
    TN_IS_GT
} tn_comparison;
tn_value_id tn_build_compare(tn_builder *b, tn_comparison op, tn_value_id x, tn_value_id y);
tn_value_id tn_build_is_null(tn_builder *b, tn_value_id x); /* F64 or CODE → BITS */
tn_value_id tn_build_and(tn_builder *b, tn_value_id x, tn_value_id y);
tn_value_id tn_build_or(tn_builder *b, tn_value_id x, tn_value_id y);
tn_value_id tn_build_not(tn_builder *b, tn_value_id x);
/* x and y of one kind (any); rows where `condition` holds take x. */
tn_value_id tn_build_select(tn_builder *b, tn_value_id condition, tn_value_id x, tn_value_id y);
/* x where it is not null, else y; F64 or CODE. */
tn_value_id tn_build_coalesce(tn_builder *b, tn_value_id x, tn_value_id y);

/* Text. Operations are evaluated once per dictionary entry and looked up by row; where two
 * dictionaries meet, texts are brought into the state's own dictionary. A test is of x against y: x
 * contains y, x starts with y; false for null. A text that would be longer than TN_TEXT_SIZE_MAX is
 * null. */
typedef enum tn_text_test { TN_TEXT_EQUALS, TN_TEXT_CONTAINS, TN_TEXT_STARTS_WITH } tn_text_test;
tn_value_id tn_build_text_test(tn_builder *b, tn_text_test op, tn_value_id x, tn_value_id y);
tn_value_id tn_build_text_lower(tn_builder *b, tn_value_id x);
tn_value_id tn_build_text_join(tn_builder *b, tn_value_id x, tn_value_id y);
/* A level's rank (F64, from 0) as text; null outside. The names are copied. */
tn_value_id tn_build_level_text(tn_builder *b, tn_value_id rank, const tn_str *names, size_t count);

/* Calendar, in the builder's zone. Times beyond ±8.64e15 ms and days beyond ±1e8 give null; adding
 * months does beyond ±7e7 days (the year 190,000). */
tn_value_id tn_build_day(tn_builder *b, tn_value_id time);      /* time → day */
tn_value_id tn_build_day_start(tn_builder *b, tn_value_id day); /* day → time */
tn_value_id tn_build_add_months(tn_builder *b, tn_value_id x, int32_t months, bool is_date);
tn_value_id tn_build_anniversary(tn_builder *b, tn_value_id date, tn_value_id today);

/* 1 + number of cuts that are below x (or, lower_inclusive, not above x); cuts of slot `slot` are
 * given to the state; NaN while they are empty. */
tn_value_id tn_build_bin(tn_builder *b, tn_value_id x, uint32_t slot, bool lower_inclusive);

/* XXH3-64 of salt and id, mod n. The ids of a tile are given to each run. */
tn_value_id tn_build_bucket(tn_builder *b, uint32_t n, tn_str salt);

/* One action rule of a score (SPEC 5.2) added to a running sum of units:
 * acc + gate · nearest(clamp(points × x, ±cap) × 65,536). `gate` may be TN_NO_VALUE; cap may be
 * INFINITY. A null x adds 0. One contribution is at most 2^42 units, so that 1,024 add exactly. */
tn_value_id tn_build_rule(tn_builder *b, tn_value_id acc, tn_value_id x, double points, double cap,
                          tn_value_id gate);

/* CLV. P(alive) of BG/NBD or MBG/NBD from x, t_x, T in units (F64): parameters p[0..3] are read
 * from the state (null while absent). */
tn_value_id tn_build_p_alive(tn_builder *b, tn_value_id x, tn_value_id t_x, tn_value_id T);
/* A two-dimensional table of the state, slot `slot`: row `row` and column `column`, whole numbers
 * from 0. Outside the table, between its cells and for a null cell the state's fallback function is
 * called; null for a null row or column, and while table and fallback are absent. */
tn_value_id tn_build_table(tn_builder *b, uint32_t slot, tn_value_id row, tn_value_id column);
/* A row-wise function of the caller, for what no kernel does (P(alive) of Pareto/NBD): slot's
 * function out[i] = call(context, a[i], b[i], c[i]); NaN while absent. */
tn_value_id tn_build_call(tn_builder *b, uint32_t slot, tn_value_id x, tn_value_id y,
                          tn_value_id z);

/* A parameter of the state, one number for all rows (fitted parameters, a population mean). */
tn_value_id tn_build_parameter(tn_builder *b, uint32_t slot);

/* Roots: what a run writes. `key` is the caller's number of the output; the physical type says how
 * the value is stored (F64 values as F64, F32, UNITS (already in units), I8, I32, I64; CODE; BITS).
 */
void tn_build_output(tn_builder *b, uint32_t key, tn_value_id value, tn_physical physical);

/* Seals the builder into a program (and destroys the builder, also on failure). */
tn_status tn_builder_seal(tn_builder *builder, tn_program **out, tn_error *error) TN_MUST_CHECK;
void tn_program_destroy(tn_program *program);
size_t tn_program_instruction_count(const tn_program *program);
size_t tn_program_register_count(const tn_program *program);
/* The inputs that the program reads: their keys, in the order in which a run binds them. */
size_t tn_program_input_count(const tn_program *program);
uint32_t tn_program_input_key(const tn_program *program, size_t index);
size_t tn_program_output_count(const tn_program *program);
uint32_t tn_program_output_key(const tn_program *program, size_t index);
/* One line an instruction, for people: `tenure check --plan` and tests. */
void tn_program_print(const tn_program *program, tn_buffer *out);

/* Rows a tile: a multiple of 64. */
#define TN_TILE_ROWS 1024

/* ---- State: one a shard, used by one thread at a time ---- */

tn_status tn_program_state_create(const tn_program *program, const tn_kernels *kernels,
                                  tn_heap *heap, tn_program_state **out) TN_MUST_CHECK;
void tn_program_state_destroy(tn_program_state *state);
/* Slots that no instruction reads are ignored. Cuts, ascending, and cells are borrowed. */
void tn_state_set_cuts(tn_program_state *state, uint32_t slot, const double *cuts, size_t count);
/* p NULL: absent again. */
void tn_state_set_p_alive(tn_program_state *state, bool is_mbg, const double p[4]);
typedef double tn_table_fallback(void *context, double row, double column);
void tn_state_set_table(tn_program_state *state, uint32_t slot, const double *cells, size_t rows,
                        size_t columns, size_t row_stride, tn_table_fallback *fallback,
                        void *context);
typedef double tn_row_function(void *context, double a, double b, double c);
void tn_state_set_call(tn_program_state *state, uint32_t slot, tn_row_function *call,
                       void *context);
void tn_state_set_parameter(tn_program_state *state, uint32_t slot, double value);
/* Brings the tables that depend on dictionaries up to date: dictionaries[i] for caller's number i.
 * Must be called after a dictionary grew and before a run. TN_BAD_ARGUMENT when one that the
 * program reads is missing. After a failure the state is as useful as before. */
tn_status tn_state_prepare(tn_program_state *state, const tn_dict *const *dictionaries,
                           size_t count, tn_error *error) TN_MUST_CHECK;
/* The dictionary that CODE outputs refer to (all text outputs are brought into it). */
const tn_dict *tn_state_dictionary(const tn_program_state *state);

/* One tile: row pointers bound in the order of tn_program_input_key / _output_key. */
typedef struct tn_bound_input {
    const void *data;         /* first row of the tile; 64-byte aligned; BITS: words */
    const uint64_t *validity; /* NULL: no bitmap */
    double scale;             /* of a scaled input */
} tn_bound_input;
typedef struct tn_bound_output {
    void *data; /* first row of the tile; NULL: not wanted in this run */
} tn_bound_output;
typedef struct tn_tile {
    size_t rows; /* 1 to TN_TILE_ROWS; inputs and outputs have room for a multiple of 64 */
    int64_t as_of_ms;
    const tn_bound_input *inputs;
    const tn_bound_output *outputs;
    tn_str (*id)(void *context, size_t row); /* row of the tile; needed for bucket only */
    void *id_context;
} tn_tile;
/* TN_OUT_OF_MEMORY when a text result does not fit the state's dictionary: outputs are then partly
 * written, the state is as useful as before. Bits beyond `rows` in the last word of BITS outputs
 * are 0; other outputs hold anything beyond `rows`. */
tn_status tn_program_run(tn_program_state *state, const tn_tile *tile) TN_MUST_CHECK;

#endif
