/* program_ir.h: what a builder, a sealed program and a state share. Private to program_*.c and
 * eval_*.c.
 *
 * One struct, tn_step, is a value of a builder (its arguments are values) and an instruction of a
 * program (its arguments are registers). A step is uniform when its value is the same for every row
 * of a tile: it is computed on one block of 64 rows, and read with a step of 0. */
#ifndef TN_EXPR_PROGRAM_IR_H
#define TN_EXPR_PROGRAM_IR_H

#include "expr/program.h"

typedef enum tn_op {
    /* leaves that are known when a program is made, or set in the state */
    TN_OP_NUMBER,    /* imm[0] */
    TN_OP_BOOL,      /* index 0 or 1 */
    TN_OP_TEXT,      /* index: a literal, which is its code in the pool; TN_CODE_NULL: null */
    TN_OP_LITERAL,   /* the code of literal `index` in dictionary `identity` */
    TN_OP_PARAMETER, /* index: slot */
    TN_OP_NOW,
    TN_OP_TODAY,
    /* instructions */
    TN_OP_INPUT,  /* index: key, later the position; sub: physical; extra: scaled */
    TN_OP_UNARY,  /* sub: tn_unary */
    TN_OP_BINARY, /* sub: tn_binary */
    TN_OP_CLAMP,  /* imm: low, high */
    TN_OP_ORDER,  /* sub: tn_order */
    TN_OP_BETWEEN,
    TN_OP_IS_NULL, /* of a number */
    TN_OP_IS_NULL_CODE,
    TN_OP_AND,
    TN_OP_OR,
    TN_OP_AND_NOT,
    TN_OP_NOT,
    TN_OP_SELECT, /* condition, x, y; kind: of the result, like the next */
    TN_OP_COALESCE,
    TN_OP_CODE_EQUAL,
    TN_OP_TEXT_TEST,      /* x; sub: tn_text_test; index: literal; extra: the literal comes first */
    TN_OP_TEXT_PAIR_TEST, /* x, y in the pool; sub: tn_text_test */
    TN_OP_TEXT_MAP,       /* x; sub: tn_text_change; index: literal; extra: x's dictionary */
    TN_OP_TEXT_PAIR_JOIN, /* x, y in the pool */
    TN_OP_LEVEL_TEXT,     /* rank; index: of a list of literals */
    TN_OP_DAY,
    TN_OP_DAY_START,
    TN_OP_ADD_MONTHS,  /* index: months, signed; extra: is a date */
    TN_OP_ANNIVERSARY, /* date, today */
    TN_OP_BIN,         /* index: slot; extra: lower inclusive */
    TN_OP_BUCKET,      /* index: literal, the salt; extra: n */
    TN_OP_RULE,        /* acc, x, gate; imm: points, cap */
    TN_OP_ADD_WHERE,   /* acc, gate; imm: units */
    TN_OP_P_ALIVE,     /* x, t_x, T */
    TN_OP_CELL,        /* row, column; index: slot */
    TN_OP_CALL,        /* a, b, c; index: slot */
    TN_OP_STORE        /* x; sub: physical; index: output */
} tn_op;

/* What TN_OP_TEXT_MAP makes of a text. */
typedef enum tn_text_change {
    TN_CHANGE_NONE, /* the same text, in the pool */
    TN_CHANGE_LOWER,
    TN_CHANGE_APPEND, /* the literal behind it */
    TN_CHANGE_PREPEND /* the literal before it */
} tn_text_change;

/* Which dictionary a CODE value's codes are of: a caller's number, or one of these. */
#define TN_IDENTITY_POOL (UINT32_MAX - 1) /* the state's own dictionary */
#define TN_IDENTITY_ANY  UINT32_MAX       /* a null: fits every dictionary */
/* In place of the code of a literal that its dictionary has not got: no row has this code. */
#define TN_CODE_ABSENT (UINT32_MAX - 1)

enum { TN_STEP_ARGS = 3 };

/* All bytes are set, and equal steps have equal bytes: that is how values are numbered. */
typedef struct tn_step {
    uint8_t op;
    uint8_t sub;
    uint8_t kind; /* tn_register_kind of the result */
    uint8_t uniform;
    uint32_t args[TN_STEP_ARGS]; /* TN_NO_VALUE behind the last; a value, or a register */
    uint32_t index;
    uint32_t extra;
    uint32_t identity; /* whose codes a CODE result has; of a TEXT_TEST: its argument */
    uint32_t result;   /* of an instruction: the register; 0 in a builder */
    double imm[2];
} tn_step;

typedef struct tn_program_output {
    uint32_t key;
    uint32_t value; /* in a builder */
    tn_physical physical;
} tn_program_output;

/* A list of levels' names as literals. */
typedef struct tn_level_list {
    const uint32_t *literals;
    size_t count;
} tn_level_list;

/* How a zone's clocks shift, as steps (tn_steps): offsets of transitions on instants, and what the
 * first instant of a day differs from day × 86,400,000 by on days. `sum[i]` is the value from step
 * i - 1 on; sum[0] before the first. */
typedef struct tn_shift {
    double *at;
    double *delta;
    double *sum; /* count + 1 */
    size_t count;
    double first; /* least and largest argument for which the steps are all there are */
    double last;
} tn_shift;

typedef struct tn_register {
    uint8_t kind;
    uint8_t uniform;
    size_t offset_bytes; /* into the state's block */
} tn_register;

/* Sizes of what the state holds for each slot: 1 + the largest slot in use. */
typedef struct tn_slot_counts {
    size_t cuts;
    size_t tables;
    size_t calls;
    size_t parameters;
    size_t texts; /* TEXT_TEST, TEXT_MAP and the pair instructions, in order */
} tn_slot_counts;

struct tn_program {
    tn_arena arena; /* everything below, and the program itself is in its heap */
    const tn_zone *zone;
    tn_step *leaves; /* uniform registers that are filled, not computed */
    size_t leaf_count;
    tn_step *steps; /* in order */
    size_t step_count;
    uint32_t *text_numbers; /* by step: its number among text instructions */
    tn_register *registers;
    size_t register_count;
    size_t tile_register_count; /* those with a value a row */
    size_t block_bytes;         /* of all registers */
    uint32_t *input_keys;
    size_t input_count;
    tn_program_output *outputs;
    size_t output_count;
    tn_str *literals; /* distinct; their index is their code in the pool */
    size_t literal_count;
    tn_level_list *levels;
    size_t level_count;
    size_t salt_size_max;
    tn_slot_counts slots;
    tn_shift zone_shift; /* filled when DAY is in use and the zone is not UTC */
    tn_shift day_shift;  /* the same for DAY_START */
};

struct tn_builder {
    tn_arena arena;
    const tn_zone *zone;
    tn_status failure; /* TN_OK, or why every call fails from now on */
    tn_step *values;
    size_t value_count;
    size_t value_capacity;
    uint32_t *table; /* open addressing: values by their bytes; TN_NO_VALUE is free */
    size_t table_size;
    tn_program_output *outputs;
    size_t output_count;
    size_t output_capacity;
    tn_str *literals;
    size_t literal_count;
    size_t literal_capacity;
    tn_level_list *levels;
    size_t level_count;
    size_t level_capacity;
};

/* ---- program_builder.c ---- */

/* An empty step: no arguments, everything else 0. */
tn_step tn_step_of(tn_op op, tn_register_kind kind);
/* The value of a step: folded, simplified, or numbered. TN_NO_VALUE when an argument is missing
 * that `arg_count` says must be there, or when the builder has failed. */
tn_value_id tn_builder_value(tn_builder *builder, tn_step step, size_t arg_count);
/* The value of a step exactly as it is. */
tn_value_id tn_builder_number_value(tn_builder *builder, const tn_step *step);
tn_value_id tn_builder_fail(tn_builder *builder, tn_status status);
/* The number of a literal; TN_NO_VALUE when memory is used up. */
uint32_t tn_builder_literal(tn_builder *builder, tn_str text);
static inline const tn_step *tn_builder_step(const tn_builder *builder, tn_value_id value) {
    return &builder->values[value];
}
static inline bool tn_step_is_constant(const tn_step *step) {
    return step->op == TN_OP_NUMBER || step->op == TN_OP_BOOL || step->op == TN_OP_TEXT;
}

/* ---- program_fold.c ---- */

/* An equal value that needs no new step, or TN_NO_VALUE. `step` may be rewritten to a canonical
 * form. */
tn_value_id tn_builder_fold(tn_builder *builder, tn_step *step);

/* ---- program_text.c ---- */

/* A CODE value in the pool. */
tn_value_id tn_builder_to_pool(tn_builder *builder, tn_value_id value);

/* ---- eval_pure.c: steps that depend on their arguments alone ---- */

/* Arguments of a step: rows of registers, and 1 or 0 (see kernels.h). */
typedef struct tn_operand {
    const void *data;
    size_t step;
} tn_operand;

static inline tn_in_f64 tn_operand_f64(tn_operand operand) {
    return (tn_in_f64){operand.data, operand.step};
}
static inline tn_in_code tn_operand_code(tn_operand operand) {
    return (tn_in_code){operand.data, operand.step};
}
static inline tn_in_bits tn_operand_bits(tn_operand operand) {
    return (tn_in_bits){operand.data, operand.step};
}

/* Runs a step on n rows if it is pure; false if it is not. `zone` serves the calendar; the shifts
 * may be NULL, calendar steps are then taken row by row. */
typedef struct tn_pure {
    const tn_kernels *kernels;
    const tn_zone *zone;
    const tn_shift *zone_shift;
    const tn_shift *day_shift;
} tn_pure;
bool tn_pure_run(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                 size_t n);

/* ---- eval_calendar.c: pure calendar steps ---- */

void tn_run_day(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                size_t n);
void tn_run_day_start(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                      size_t n);
void tn_run_add_months(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                       size_t n);
void tn_run_anniversary(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                        size_t n);
/* Tables of a zone; false when memory is used up. */
bool tn_shift_of_zone(tn_arena *arena, const tn_zone *zone, tn_shift *out);
bool tn_shift_of_days(tn_arena *arena, const tn_zone *zone, tn_shift *out);

#endif
