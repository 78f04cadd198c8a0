/* convert.c: what columns hold to numbers in registers, and back. */
#include "kernels/family.h"

static void load_f32(double *out, const float *in, size_t n) {
    for (size_t i = 0; i < n; i += TN_LANES)
        tn_vec_store(out + i, tn_vec_load_f32(in + i));
}

static void load_f64_scaled(double *out, const double *in, double scale, size_t n) {
    const tn_vec factor = tn_vec_of(scale);
    for (size_t i = 0; i < n; i += TN_LANES)
        tn_vec_store(out + i, tn_vec_finite(tn_vec_load(in + i) * factor));
}

/* Of any size; the null is INT64_MIN. */
static void load_large(double *out, const int64_t *in) {
    const tn_uvec null = tn_uvec_of(1ull << 63);
    for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
        const tn_uvec v = tn_uvec_load(in + i);
        tn_vec_store(out + i, tn_vec_null_where(tn_uvec_eq(v, null), tn_vec_of_i64(v)));
    }
}

/* Times are within ±2^51, or null: a block that has anything else is done again. */
static void load_i64(double *out, const int64_t *in, size_t n) {
    const tn_uvec null = tn_uvec_of(1ull << 63);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        tn_uvec large = {0};
        for (size_t i = row; i < row + TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_uvec v = tn_uvec_load(in + i);
            tn_mask fits;
            tn_vec_store(out + i, tn_vec_of_i64_small(v, &fits));
            const tn_vec rest = tn_vec_keep_where(tn_mask_not(fits), tn_vec_from_bits(v ^ null));
            large = large | tn_vec_bits(rest);
        }
        uint64_t lanes[TN_LANES];
        tn_uvec_store(lanes, large);
        uint64_t any = 0;
        for (size_t i = 0; i < TN_LANES; i++)
            any |= lanes[i];
        if (any) load_large(out + row, in + row);
    }
}

static void load_i32(double *out, const int32_t *in, size_t n) {
    const tn_vec null = tn_vec_of(-2147483648.0);
    for (size_t i = 0; i < n; i += TN_LANES) {
        const tn_vec v = tn_vec_of_i32(tn_i32v_load(in + i));
        tn_vec_store(out + i, tn_vec_null_where(tn_vec_eq(v, null), v));
    }
}

/* As a signed number less 2^31, which is added again; exact. */
static void load_u32(double *out, const uint32_t *in, size_t n) {
    for (size_t i = 0; i < n; i += TN_LANES) {
        tn_u32v v;
        memcpy(&v, in + i, sizeof v);
        v = v ^ (0x80000000u - (tn_u32v){0});
        tn_vec_store(out + i, tn_vec_of_i32((tn_i32v)v) + tn_vec_of(2147483648.0));
    }
}

static void load_u16(double *out, const uint16_t *in, size_t n) {
    for (size_t i = 0; i < n; i += TN_LANES)
        tn_vec_store(out + i, tn_vec_of_i32(tn_i32v_load_u16(in + i)));
}

static void load_u8(double *out, const uint8_t *in, size_t n) {
    for (size_t i = 0; i < n; i += TN_LANES)
        tn_vec_store(out + i, tn_vec_of_i32(tn_i32v_load_u8(in + i)));
}

static void load_i8(double *out, const int8_t *in, size_t n) {
    for (size_t i = 0; i < n; i += TN_LANES) {
        const tn_vec v = tn_vec_of_i32(tn_i32v_load_i8(in + i));
        tn_vec_store(out + i, tn_vec_null_where(tn_vec_eq(v, tn_vec_of(-1.0)), v));
    }
}

static void valid_f64(double *out, tn_in_f64 in, tn_in_bits valid, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(in, row);
        const uint64_t nulls = ~tn_bits_word(valid, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES)
            tn_vec_store(out + row + i,
                         tn_vec_null_where(tn_mask_of_word(nulls, i), tn_vec_load(from + i)));
    }
}

static void valid_code(uint32_t *out, tn_in_code in, tn_in_bits valid, size_t n) {
    const tn_codev null = tn_codev_of(TN_KERNEL_CODE_NULL);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const uint32_t *from = tn_code_block(in, row);
        const uint64_t word = tn_bits_word(valid, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_CODE_LANES) {
            const tn_codemask mask = tn_codemask_from_bits(word >> i);
            tn_codev_store(out + row + i, tn_codev_select(mask, tn_codev_load(from + i), null));
        }
    }
}

static void store_f64(double *out, tn_in_f64 in, size_t n) {
    const tn_vec null = tn_vec_of(__builtin_nan(""));
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(in, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_vec v = tn_vec_load(from + i) + tn_vec_of(0.0);
            tn_vec_store(out + row + i, tn_vec_select(tn_vec_is_nan(v), null, v));
        }
    }
}

static void store_f32(float *out, tn_in_f64 in, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(in, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES)
            tn_vec_store_f32(out + row + i, tn_vec_load(from + i));
    }
}

/* v where low <= v <= high, `null` elsewhere. */
TN_INLINE tn_vec within(tn_vec v, double low, double high, double null) {
    const tn_mask fits = tn_mask_and(tn_vec_le(tn_vec_of(low), v), tn_vec_le(v, tn_vec_of(high)));
    return tn_vec_select(fits, v, tn_vec_of(null));
}

static void store_i64(int64_t *out, tn_in_f64 in, size_t n) {
    const double limit = 2251799813685248.0; /* 2^51 */
    const tn_uvec null = tn_uvec_of(1ull << 63);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(in, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_vec v = tn_vec_load(from + i);
            const tn_mask fits = tn_vec_le(tn_vec_abs(v), tn_vec_of(limit));
            const tn_vec whole = tn_vec_from_bits(tn_vec_to_i64_small(v));
            tn_uvec_store(out + row + i,
                          tn_vec_bits(tn_vec_select(fits, whole, tn_vec_from_bits(null))));
        }
    }
}

static void store_i32(int32_t *out, tn_in_f64 in, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(in, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_vec v =
                within(tn_vec_load(from + i), -2147483647.0, 2147483647.0, -2147483648.0);
            tn_vec_store_i32(out + row + i, tn_vec_nearest_small(v));
        }
    }
}

static void store_i8(int8_t *out, tn_in_f64 in, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        int32_t wide[TN_KERNEL_ROWS];
        const double *from = tn_f64_block(in, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_vec v = within(tn_vec_load(from + i), 0.0, 127.0, -1.0);
            tn_vec_store_i32(wide + i, tn_vec_nearest_small(v));
        }
        for (size_t i = 0; i < TN_KERNEL_ROWS; i++)
            out[row + i] = (int8_t)wide[i];
    }
}

static void store_code(uint32_t *out, tn_in_code in, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS)
        memmove(out + row, tn_code_block(in, row), TN_KERNEL_ROWS * sizeof *out);
}

static void store_bits(uint64_t *out, tn_in_bits in, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS)
        out[row / TN_KERNEL_ROWS] = tn_bits_word(in, row);
}

const tn_convert_kernels TN_FAMILY(convert) = {
    .load_f32 = load_f32,
    .load_f64_scaled = load_f64_scaled,
    .load_i64 = load_i64,
    .load_i32 = load_i32,
    .load_u32 = load_u32,
    .load_u16 = load_u16,
    .load_u8 = load_u8,
    .load_i8 = load_i8,
    .valid_f64 = valid_f64,
    .valid_code = valid_code,
    .store_f64 = store_f64,
    .store_f32 = store_f32,
    .store_i64 = store_i64,
    .store_i32 = store_i32,
    .store_i8 = store_i8,
    .store_code = store_code,
    .store_bits = store_bits,
};
