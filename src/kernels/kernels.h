/* kernels.h: every vector operation of Tenure, as tables of functions, one table an instruction
 * set.
 *
 * A kernel is a pure loop: pointers and counts in, numbers and selection words out. It never
 * allocates, fails, locks, logs, reads a clock or knows a column. Tables are constant and shared by
 * all threads. Every table gives the same bits as `base` (no fused multiply-add, no libm, fixed
 * orders of reduction); only which of the many NaNs a NaN in a register is, is left open, and the
 * store_ kernels write one.
 *
 * Rows. `n` counts rows and is a multiple of TN_KERNEL_ROWS (64), not 0; callers pad. What lies
 * behind the last valid row may be garbage and makes garbage there, nothing else: no kernel reads
 * or writes outside its n rows, whatever values it meets.
 *
 * Operands. A tn_in_* names the rows of an operand. With step 1 there is one value a row; with step
 * 0 the data is one block of 64 equal values (for bits: one word of ones or zeros) that stands for
 * every block. Outputs have one value a row. Any alignment is right, 64 bytes is fast. An output
 * may be the very same rows as an operand of the same element type; other overlaps are not allowed.
 *
 * Values. Numbers are doubles, NaN is null. Bits are words of 64 rows, bit i of word i / 64. Codes
 * are uint32, TN_CODE_NULL (UINT32_MAX) is null. "Null in, null out" is meant where nothing else is
 * said; "finite" says that an infinite result becomes null (and -0 becomes 0). */
#ifndef TN_KERNELS_KERNELS_H
#define TN_KERNELS_KERNELS_H

#include "base/cpu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tenure/status.h>

enum { TN_KERNEL_ROWS = 64 }; /* of a step: one word of bits */

#define TN_KERNEL_CODE_NULL    UINT32_MAX
#define TN_KERNEL_CODE_UNKNOWN (UINT32_MAX - 1) /* in a map: not yet known */
/* A contribution to a score is bounded by ± this many units, so that any 1,024 of them add exactly.
 */
#define TN_KERNEL_UNITS_MAX 4398046511104.0 /* 2^42 */

typedef struct tn_in_f64 {
    const double *data;
    size_t step; /* 1, or 0: one block for all */
} tn_in_f64;
typedef struct tn_in_code {
    const uint32_t *data;
    size_t step;
} tn_in_code;
typedef struct tn_in_bits {
    const uint64_t *data;
    size_t step;
} tn_in_bits;

/* ---- convert: columns to numbers and back ---- */

typedef struct tn_convert_kernels {
    /* Exact, except i64 beyond 2^53, which is rounded to nearest. Nulls: NaN, INT64_MIN, INT32_MIN,
     * and -1 of i8. */
    void (*load_f32)(double *out, const float *in, size_t n);
    void (*load_f64_scaled)(double *out, const double *in, double scale, size_t n);
    void (*load_i64)(double *out, const int64_t *in, size_t n);
    void (*load_i32)(double *out, const int32_t *in, size_t n);
    void (*load_u32)(double *out, const uint32_t *in, size_t n);
    void (*load_u16)(double *out, const uint16_t *in, size_t n);
    void (*load_u8)(double *out, const uint8_t *in, size_t n);
    void (*load_i8)(double *out, const int8_t *in, size_t n);
    /* out = in where the bit is set, null elsewhere. */
    void (*valid_f64)(double *out, tn_in_f64 in, tn_in_bits valid, size_t n);
    void (*valid_code)(uint32_t *out, tn_in_code in, tn_in_bits valid, size_t n);
    /* One NaN, 0x7FF8000000000000 or 0x7FC00000, for every null; -0 becomes 0. f32: nearest, half
     * to even; an overflow becomes null. Integers: nearest, half to even; null and what does not
     * fit (i64: beyond ±2^51) become the null of the column (INT64_MIN, INT32_MIN, -1). */
    void (*store_f64)(double *out, tn_in_f64 in, size_t n);
    void (*store_f32)(float *out, tn_in_f64 in, size_t n);
    void (*store_i64)(int64_t *out, tn_in_f64 in, size_t n);
    void (*store_i32)(int32_t *out, tn_in_f64 in, size_t n);
    void (*store_i8)(int8_t *out, tn_in_f64 in, size_t n); /* 0 to 127 fit */
    void (*store_code)(uint32_t *out, tn_in_code in, size_t n);
    void (*store_bits)(uint64_t *out, tn_in_bits in, size_t n);
} tn_convert_kernels;

/* ---- arith: number to number ---- */

typedef enum tn_unary {
    TN_UNARY_NEG,
    TN_UNARY_ABS,
    TN_UNARY_FLOOR,
    TN_UNARY_CEIL,
    TN_UNARY_ROUND,  /* half away from zero */
    TN_UNARY_SQRT,   /* correctly rounded; null below 0 */
    TN_UNARY_LOG,    /* natural; null at and below 0. ULP bounds of these six: lanes_math.h */
    TN_UNARY_LOG1P,  /* null at and below -1 */
    TN_UNARY_EXP,    /* finite */
    TN_UNARY_EXPM1,  /* finite */
    TN_UNARY_EXP2,   /* finite */
    TN_UNARY_TO_F32, /* nearest float, half to even; finite */
    /* × 65,536, nearest, half to even, within ±TN_KERNEL_UNITS_MAX; null gives 0 */
    TN_UNARY_TO_UNITS,
    TN_UNARY_FROM_UNITS, /* ÷ 65,536 */
    TN_UNARY_TO_DAY,     /* ms ÷ 86,400,000, floor, exact; null beyond ±8.64e15 ms */
    TN_UNARY_COUNT
} tn_unary;

typedef enum tn_binary {
    TN_BINARY_ADD, /* finite, like the next three */
    TN_BINARY_SUB,
    TN_BINARY_MUL,
    TN_BINARY_DIV, /* by 0: null */
    TN_BINARY_MIN, /* null if either is; of two zeros, y */
    TN_BINARY_MAX,
    TN_BINARY_POW, /* finite; x^0 = 1; a negative x needs a whole y, else null; 0^-1 is null */
    TN_BINARY_COUNT
} tn_binary;

typedef void tn_unary_kernel(double *out, tn_in_f64 x, size_t n);
typedef void tn_binary_kernel(double *out, tn_in_f64 x, tn_in_f64 y, size_t n);

typedef struct tn_arith_kernels {
    tn_unary_kernel *unary[TN_UNARY_COUNT];
    tn_binary_kernel *binary[TN_BINARY_COUNT];
    void (*clamp)(double *out, tn_in_f64 x, double low, double high, size_t n); /* low <= high */
} tn_arith_kernels;

/* ---- calendar: days since 1970-01-01 in the Gregorian calendar ---- */

#define TN_KERNEL_DAYS_MAX       1e8 /* days beyond ± this many give null */
#define TN_KERNEL_MONTH_DAYS_MAX 7e7 /* the same where months are added */

/* A function with steps added to x: base + Σ delta[i] over at[i] <= x. `at` ascends. How time zones
 * shift instants, and days begin. */
typedef struct tn_steps {
    const double *at;
    const double *delta;
    size_t count;
    double base;
} tn_steps;

typedef struct tn_calendar_kernels {
    /* Days from `today` to the next anniversary of `date`, 0 on the day itself; that of 29 February
     * falls on the 28th in a common year. Fractions of days are dropped. */
    void (*anniversary)(double *out, tn_in_f64 date, tn_in_f64 today, size_t n);
    /* 31 January + 1 month = 28 or 29 February. |months| < 2^31. */
    void (*add_months)(double *out, tn_in_f64 day, int32_t months, size_t n);
    /* x × scale + steps(x), every operation rounded; exact on whole numbers within 2^53. */
    void (*steps)(double *out, tn_in_f64 x, double scale, const tn_steps *steps, size_t n);
} tn_calendar_kernels;

/* ---- compare: numbers to bits; false for null ---- */

typedef enum tn_order {
    TN_ORDER_LT,
    TN_ORDER_LE,
    TN_ORDER_EQ,
    TN_ORDER_NE,
    TN_ORDER_GE,
    TN_ORDER_GT,
    TN_ORDER_COUNT
} tn_order;

typedef void tn_order_kernel(uint64_t *out, tn_in_f64 x, tn_in_f64 y, size_t n);

typedef struct tn_compare_kernels {
    tn_order_kernel *order[TN_ORDER_COUNT];
    void (*between)(uint64_t *out, tn_in_f64 x, double low, double high,
                    size_t n); /* both included */
    void (*is_null)(uint64_t *out, tn_in_f64 x, size_t n);
} tn_compare_kernels;

/* ---- select: one of two by a bit ---- */

typedef struct tn_select_kernels {
    void (*f64)(double *out, tn_in_bits condition, tn_in_f64 x, tn_in_f64 y, size_t n);
    void (*code)(uint32_t *out, tn_in_bits condition, tn_in_code x, tn_in_code y, size_t n);
    /* x where it is not null, else y. */
    void (*coalesce_f64)(double *out, tn_in_f64 x, tn_in_f64 y, size_t n);
    void (*coalesce_code)(uint32_t *out, tn_in_code x, tn_in_code y, size_t n);
} tn_select_kernels;

/* ---- bits ---- */

typedef struct tn_bits_kernels {
    void (*and_)(uint64_t *out, tn_in_bits x, tn_in_bits y, size_t n);
    void (*or_)(uint64_t *out, tn_in_bits x, tn_in_bits y, size_t n);
    void (*and_not)(uint64_t *out, tn_in_bits x, tn_in_bits y, size_t n); /* x and not y */
    void (*not_)(uint64_t *out, tn_in_bits x, size_t n);
    void (*select)(uint64_t *out, tn_in_bits condition, tn_in_bits x, tn_in_bits y, size_t n);
} tn_bits_kernels;

/* ---- codes: texts by their dictionary codes ---- */

typedef struct tn_codes_kernels {
    void (*is_null)(uint64_t *out, tn_in_code x, size_t n);
    void (*equal)(uint64_t *out, tn_in_code x, tn_in_code y, size_t n); /* false for null */
    /* Bit x of `table`, a bitmap of `count` bits; false for null and for codes from count on. */
    void (*test)(uint64_t *out, tn_in_code x, const uint64_t *table, size_t count, size_t n);
    /* map[x]; null for null and for codes from count on. True when it met an unknown entry. */
    bool (*map)(uint32_t *out, tn_in_code x, const uint32_t *map, size_t count, size_t n);
    /* codes[x] for a whole number 0 <= x < count, else null. */
    void (*of_rank)(uint32_t *out, tn_in_f64 x, const uint32_t *codes, size_t count, size_t n);
} tn_codes_kernels;

/* ---- bin: where a number stands among cuts ---- */

typedef struct tn_bin_kernels {
    /* 1 + the number of cuts below x (lower_inclusive: not above x). `cuts` ascends; count > 0. */
    void (*bin)(double *out, tn_in_f64 x, const double *cuts, size_t count, bool lower_inclusive,
                size_t n);
} tn_bin_kernels;

/* ---- score: rules of points (SPEC 5.2) ---- */

typedef struct tn_score_rule {
    tn_in_f64 x;
    tn_in_bits gate; /* data NULL: none */
    double points;
    double cap; /* ≥ 0; INFINITY: none */
} tn_score_rule;

typedef struct tn_score_kernels {
    /* acc + Σ over the rules, in order, of nearest(clamp(points × x, ±cap) × 65,536), half to even,
     * where the gate holds and x is not null. Every term is within ±TN_KERNEL_UNITS_MAX. */
    void (*rules)(double *out, tn_in_f64 acc, const tn_score_rule *rules, size_t count, size_t n);
    /* acc + units where the gate holds. */
    void (*add_where)(double *out, tn_in_f64 acc, tn_in_bits gate, double units, size_t n);
} tn_score_kernels;

/* ---- clv ---- */

/* A table of numbers, row by row. */
typedef struct tn_cells {
    const double *cells;
    size_t rows;
    size_t columns;
    size_t row_stride; /* cells from a row to the next */
} tn_cells;

typedef struct tn_clv_kernels {
    /* P(alive) given x repeat purchases, the last at t_x, until T (units of time); p = r, alpha, a,
     * b. BG/NBD, Fader, Hardie, Lee (2005): 1 / (1 + [x > 0] a/(b+x-1)
     * ((alpha+T)/(alpha+t_x))^(r+x)). MBG/NBD, Batislam, Denizel, Filiztekin (2007): 1 / (1 +
     * a/(b+x) ((alpha+T)/(alpha+t_x))^(r+x)), t_x = 0 for x = 0. Powers are taken in logarithms:
     * nothing overflows. */
    void (*p_alive_bg)(double *out, const tn_in_f64 x_tx_T[3], const double p[4], size_t n);
    void (*p_alive_mbg)(double *out, const tn_in_f64 x_tx_T[3], const double p[4], size_t n);
    /* The cell at (row, column) where both are whole numbers inside the table. Elsewhere null, and
     * the row's bit in `missing` is set unless row or column is null. A null cell is missing, too.
     */
    void (*cell)(double *out, uint64_t *missing, tn_in_f64 row, tn_in_f64 column,
                 const tn_cells *table, size_t n);
} tn_clv_kernels;

/* ---- aggregate: many rows to one figure ---- */

/* Which digit of the order-preserving key of a number (tn_key_of_f64 below) to count by: the
 * `bits` ≤ 16 bits from bit `shift` on, of those keys whose higher bits are `prefix`. */
typedef struct tn_digit {
    unsigned shift;
    unsigned bits;
    uint64_t prefix;
} tn_digit;

typedef struct tn_aggregate_kernels {
    /* Of the rows chosen by `where` that are not null: row i is added to sum i mod 8, the eight
     * sums as ((0+4)+(2+6)) + ((1+5)+(3+7)). */
    double (*sum)(tn_in_f64 x, tn_in_bits where, size_t n);
    size_t (*count_not_null)(tn_in_f64 x, tn_in_bits where, size_t n);
    /* Least and largest of all rows; +infinity and -infinity when every row is null. */
    void (*range)(tn_in_f64 x, double *least, double *largest, size_t n);
    /* counts[digit] += 1 for every chosen row that is not null. */
    void (*histogram)(uint64_t *counts, tn_in_f64 x, tn_in_bits where, const tn_digit *digit,
                      size_t n);
} tn_aggregate_kernels;

/* ---- the table ---- */

typedef struct tn_kernels {
    tn_isa isa;
    const tn_convert_kernels *convert;
    const tn_arith_kernels *arith;
    const tn_calendar_kernels *calendar;
    const tn_compare_kernels *compare;
    const tn_select_kernels *select;
    const tn_bits_kernels *bits;
    const tn_codes_kernels *codes;
    const tn_bin_kernels *bin;
    const tn_score_kernels *score;
    const tn_clv_kernels *clv;
    const tn_aggregate_kernels *aggregate;
} tn_kernels;

/* The table of an instruction set, or NULL when this build or this processor has not got it. The
 * base table is always there. */
const tn_kernels *tn_kernels_get(tn_isa isa);

/* The best table of this processor, or the one that the environment variable TENURE_ISA names
 * (base, avx2, avx512): TN_BAD_ARGUMENT for an unknown name, TN_UNSUPPORTED for one that this
 * processor has not got. Never a silent fallback. */
tn_status tn_kernels_choose(const tn_kernels **out, tn_error *error) TN_MUST_CHECK;

/* Keys that order as the numbers do (-0 below 0). */
static inline uint64_t tn_key_of_f64(double value) {
    union {
        double number;
        uint64_t bits;
    } u = {.number = value};
    return (u.bits >> 63) ? ~u.bits : u.bits | (1ull << 63);
}
static inline double tn_f64_of_key(uint64_t key) {
    union {
        uint64_t bits;
        double number;
    } u = {.bits = (key >> 63) ? key & ~(1ull << 63) : ~key};
    return u.number;
}

#endif
