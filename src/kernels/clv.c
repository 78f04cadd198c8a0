/* clv.c: buy-till-you-die figures in bulk. */
#include "kernels/family.h"
#include "kernels/lanes_math.h"

typedef struct tn_bgnbd {
    tn_vec r, alpha, a, b;
} tn_bgnbd;

TN_INLINE tn_bgnbd broadcast(const double p[4]) {
    return (tn_bgnbd){tn_vec_of(p[0]), tn_vec_of(p[1]), tn_vec_of(p[2]), tn_vec_of(p[3])};
}

/* log of the silence since the last purchase, ((alpha + T) / (alpha + t_x))^(r + x), for T >= t_x;
 * at most 709: P(alive) is 0 there to the last bit of a float, and no infinity is met. */
TN_INLINE tn_vec log_silence(const tn_bgnbd *p, tn_vec x, tn_vec t_x, tn_vec T) {
    const tn_vec log = tn_vec_log_normal((p->alpha + T) / (p->alpha + t_x));
    return tn_vec_min(tn_vec_of(709.0), (p->r + x) * log);
}

/* Batislam et al. (2007): a customer may drop out after the first purchase, too. With
 * odds = a / (b + x) × silence, 1 / (1 + odds) is (b + x) / (b + x + a × silence). */
TN_INLINE tn_vec alive_mbg(const tn_bgnbd *p, tn_vec x, tn_vec silence) {
    const tn_vec stay = p->b + x;
    return stay / (stay + p->a * silence);
}

/* Fader, Hardie, Lee (2005): nobody drops out before the first repeat purchase. */
TN_INLINE tn_vec alive_bg(const tn_bgnbd *p, tn_vec x, tn_vec silence) {
    const tn_vec one = tn_vec_of(1.0);
    const tn_vec stay = p->b + (x - one);
    const tn_mask none = tn_vec_eq(x, tn_vec_of(0.0));
    return tn_vec_select(none, one, stay / (stay + p->a * silence));
}

/* Logarithms and exponentials in two passes over a block: each is a long chain of operations, and a
 * processor keeps more short chains in flight than long ones. */
TN_INLINE void p_alive(double *out, const tn_in_f64 in[3], const double p[4], size_t n,
                       tn_vec (*alive)(const tn_bgnbd *, tn_vec, tn_vec)) {
    const tn_bgnbd parameters = broadcast(p);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *xs = tn_f64_block(in[0], row);
        const double *t_xs = tn_f64_block(in[1], row);
        const double *Ts = tn_f64_block(in[2], row);
        double logs[TN_KERNEL_ROWS];
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_vec x = tn_vec_load(xs + i);
            const tn_vec t_x = tn_vec_load(t_xs + i);
            const tn_vec T = tn_vec_load(Ts + i);
            const tn_vec last = tn_vec_keep_where(tn_vec_ne(x, tn_vec_of(0.0)), t_x);
            const tn_mask null =
                tn_mask_or(tn_vec_is_nan(x), tn_mask_or(tn_vec_is_nan(t_x), tn_vec_is_nan(T)));
            const tn_vec log = log_silence(&parameters, x, last, T);
            tn_vec_store(logs + i, tn_vec_null_where(null, log));
        }
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_vec log = tn_vec_load(logs + i);
            const tn_vec p_i = alive(&parameters, tn_vec_load(xs + i), tn_vec_exp_normal(log));
            tn_vec_store(out + row + i, tn_vec_null_where(tn_vec_is_nan(log), p_i));
        }
    }
}

static void p_alive_bg(double *out, const tn_in_f64 in[3], const double p[4], size_t n) {
    p_alive(out, in, p, n, alive_bg);
}
static void p_alive_mbg(double *out, const tn_in_f64 in[3], const double p[4], size_t n) {
    p_alive(out, in, p, n, alive_mbg);
}

/* Where the cells of 64 rows lie. */
typedef struct tn_places {
    uint64_t index[TN_KERNEL_ROWS]; /* 0 for rows that have none */
    uint64_t inside;                /* rows that have one */
    uint64_t null;                  /* rows whose row or column is null */
} tn_places;

TN_INLINE tn_mask is_index(tn_vec v, tn_vec limit) {
    const tn_mask in_range = tn_mask_and(tn_vec_le(tn_vec_of(0.0), v), tn_vec_lt(v, limit));
    return tn_mask_and(in_range, tn_vec_eq(tn_vec_floor(v), v));
}

TN_INLINE void find_places(tn_places *places, const double *rows, const double *columns,
                           const tn_cells *table) {
    const tn_vec row_limit = tn_vec_of((double)table->rows);
    const tn_vec column_limit = tn_vec_of((double)table->columns);
    const tn_vec stride = tn_vec_of((double)table->row_stride);
    places->inside = 0;
    places->null = 0;
    for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
        const tn_vec r = tn_vec_load(rows + i);
        const tn_vec c = tn_vec_load(columns + i);
        const tn_mask inside = tn_mask_and(is_index(r, row_limit), is_index(c, column_limit));
        const tn_mask null = tn_mask_or(tn_vec_is_nan(r), tn_vec_is_nan(c));
        const tn_vec index = tn_vec_keep_where(inside, r * stride + c);
        tn_uvec_store(places->index + i, tn_vec_to_i64_small(index));
        places->inside |= (uint64_t)tn_mask_bits(inside) << i;
        places->null |= (uint64_t)tn_mask_bits(null) << i;
    }
}

static void cell(double *out, uint64_t *missing, tn_in_f64 row_in, tn_in_f64 column_in,
                 const tn_cells *table, size_t n) {
    static const double no_cell = 0.0;
    const double *cells = table->rows && table->columns ? table->cells : &no_cell;
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        tn_places places;
        double found[TN_KERNEL_ROWS];
        uint64_t nulls = 0;
        find_places(&places, tn_f64_block(row_in, row), tn_f64_block(column_in, row), table);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i++)
            found[i] = cells[places.index[i]];
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_mask outside = tn_mask_of_word(~places.inside, i);
            const tn_vec v = tn_vec_null_where(outside, tn_vec_load(found + i));
            nulls |= (uint64_t)tn_mask_bits(tn_vec_is_nan(v)) << i;
            tn_vec_store(out + row + i, v);
        }
        missing[row / TN_KERNEL_ROWS] = nulls & ~places.null;
    }
}

const tn_clv_kernels TN_FAMILY(clv) = {
    .p_alive_bg = p_alive_bg,
    .p_alive_mbg = p_alive_mbg,
    .cell = cell,
};
