/* select.c: one of two values by a bit, or by what is null. */
#include "kernels/family.h"

static void select_f64(double *out, tn_in_bits condition, tn_in_f64 x, tn_in_f64 y, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from_x = tn_f64_block(x, row);
        const double *from_y = tn_f64_block(y, row);
        const uint64_t word = tn_bits_word(condition, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_mask mask = tn_mask_of_word(word, i);
            tn_vec_store(out + row + i,
                         tn_vec_select(mask, tn_vec_load(from_x + i), tn_vec_load(from_y + i)));
        }
    }
}

static void select_code(uint32_t *out, tn_in_bits condition, tn_in_code x, tn_in_code y, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const uint32_t *from_x = tn_code_block(x, row);
        const uint32_t *from_y = tn_code_block(y, row);
        const uint64_t word = tn_bits_word(condition, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_CODE_LANES) {
            const tn_codemask mask = tn_codemask_from_bits(word >> i);
            tn_codev_store(out + row + i, tn_codev_select(mask, tn_codev_load(from_x + i),
                                                          tn_codev_load(from_y + i)));
        }
    }
}

static void coalesce_f64(double *out, tn_in_f64 x, tn_in_f64 y, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from_x = tn_f64_block(x, row);
        const double *from_y = tn_f64_block(y, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_vec v = tn_vec_load(from_x + i);
            tn_vec_store(out + row + i,
                         tn_vec_select(tn_vec_is_nan(v), tn_vec_load(from_y + i), v));
        }
    }
}

static void coalesce_code(uint32_t *out, tn_in_code x, tn_in_code y, size_t n) {
    const tn_codev null = tn_codev_of(TN_KERNEL_CODE_NULL);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const uint32_t *from_x = tn_code_block(x, row);
        const uint32_t *from_y = tn_code_block(y, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_CODE_LANES) {
            const tn_codev v = tn_codev_load(from_x + i);
            tn_codev_store(out + row + i,
                           tn_codev_select(tn_codev_eq(v, null), tn_codev_load(from_y + i), v));
        }
    }
}

const tn_select_kernels TN_FAMILY(select) = {
    .f64 = select_f64,
    .code = select_code,
    .coalesce_f64 = coalesce_f64,
    .coalesce_code = coalesce_code,
};
