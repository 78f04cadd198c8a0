/* clv.c: buy-till-you-die figures in bulk. */
#include "kernels/family.h"
#include "kernels/lanes_math.h"

typedef struct tn_bgnbd {
    tn_vec r, alpha, a, b;
} tn_bgnbd;

TN_INLINE tn_bgnbd broadcast(const double p[4]) {
    return (tn_bgnbd){tn_vec_of(p[0]), tn_vec_of(p[1]), tn_vec_of(p[2]), tn_vec_of(p[3])};
}

/* ((alpha + T) / (alpha + t_x))^(r + x); infinity where it overflows. */
TN_INLINE tn_vec silence(const tn_bgnbd *p, tn_vec x, tn_vec t_x, tn_vec T) {
    const tn_vec log = tn_vec_log1p((T - t_x) / (p->alpha + t_x));
    return tn_vec_exp((p->r + x) * log);
}

/* Equation (9) of Batislam et al., with the dropout chance after the first purchase, too. */
TN_INLINE tn_vec alive_mbg(const tn_bgnbd *p, tn_vec x, tn_vec t_x, tn_vec T) {
    const tn_vec one = tn_vec_of(1.0);
    const tn_vec last = tn_vec_keep_where(tn_vec_lt(tn_vec_of(0.0), x), t_x);
    return one / (one + p->a / (p->b + x) * silence(p, x, last, T));
}

/* Fader, Hardie, Lee (2005), P(alive): nobody drops out before the first repeat purchase. */
TN_INLINE tn_vec alive_bg(const tn_bgnbd *p, tn_vec x, tn_vec t_x, tn_vec T) {
    const tn_vec one = tn_vec_of(1.0);
    const tn_vec odds = p->a / (p->b + (x - one)) * silence(p, x, t_x, T);
    const tn_mask none = tn_vec_eq(x, tn_vec_of(0.0));
    return tn_vec_select(none, one, one / (one + odds));
}

TN_INLINE void p_alive(double *out, const tn_in_f64 in[3], const double p[4], size_t n,
                       tn_vec (*alive)(const tn_bgnbd *, tn_vec, tn_vec, tn_vec)) {
    const tn_bgnbd parameters = broadcast(p);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from[3];
        for (int k = 0; k < 3; k++)
            from[k] = tn_f64_block(in[k], row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_vec x = tn_vec_load(from[0] + i);
            const tn_vec t_x = tn_vec_load(from[1] + i);
            const tn_vec T = tn_vec_load(from[2] + i);
            const tn_mask null =
                tn_mask_or(tn_vec_is_nan(x), tn_mask_or(tn_vec_is_nan(t_x), tn_vec_is_nan(T)));
            tn_vec_store(out + row + i, tn_vec_null_where(null, alive(&parameters, x, t_x, T)));
        }
    }
}

static void p_alive_bg(double *out, const tn_in_f64 in[3], const double p[4], size_t n) {
    p_alive(out, in, p, n, alive_bg);
}
static void p_alive_mbg(double *out, const tn_in_f64 in[3], const double p[4], size_t n) {
    p_alive(out, in, p, n, alive_mbg);
}

/* A whole number in [0, count) as an index, or `count`. */
TN_INLINE size_t index_of(double value, size_t count) {
    if (!(value >= 0.0 && value < (double)count)) return count;
    const size_t index = (size_t)value;
    return (double)index == value ? index : count;
}

static void cell(double *out, uint64_t *missing, tn_in_f64 row_in, tn_in_f64 column_in,
                 const tn_cells *table, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *rows = tn_f64_block(row_in, row);
        const double *columns = tn_f64_block(column_in, row);
        uint64_t word = 0;
        for (size_t i = 0; i < TN_KERNEL_ROWS; i++) {
            const double at_row = rows[i];
            const double at_column = columns[i];
            const size_t r = index_of(at_row, table->rows);
            const size_t c = index_of(at_column, table->columns);
            double value = __builtin_nan("");
            if (r < table->rows && c < table->columns)
                value = table->cells[r * table->row_stride + c];
            const bool is_missing = value != value && at_row == at_row && at_column == at_column;
            word |= (uint64_t)is_missing << i;
            out[row + i] = value;
        }
        missing[row / TN_KERNEL_ROWS] = word;
    }
}

const tn_clv_kernels TN_FAMILY(clv) = {
    .p_alive_bg = p_alive_bg,
    .p_alive_mbg = p_alive_mbg,
    .cell = cell,
};
