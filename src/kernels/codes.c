/* codes.c: texts by their dictionary codes. What a text is has been worked out once per entry of
 * the dictionary; a row only looks it up. Look-ups are scalar: gathers are no faster on the
 * processors that were measured. */
#include "kernels/family.h"

static void null_code(uint64_t *out, tn_in_code x, size_t n) {
    const tn_codev null = tn_codev_of(TN_KERNEL_CODE_NULL);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const uint32_t *from = tn_code_block(x, row);
        uint64_t word = 0;
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_CODE_LANES)
            word |= tn_codemask_bits(tn_codev_eq(tn_codev_load(from + i), null)) << i;
        out[row / TN_KERNEL_ROWS] = word;
    }
}

static void equal(uint64_t *out, tn_in_code x, tn_in_code y, size_t n) {
    const tn_codev null = tn_codev_of(TN_KERNEL_CODE_NULL);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const uint32_t *from_x = tn_code_block(x, row);
        const uint32_t *from_y = tn_code_block(y, row);
        uint64_t same = 0;
        uint64_t nulls = 0;
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_CODE_LANES) {
            const tn_codev v = tn_codev_load(from_x + i);
            same |= tn_codemask_bits(tn_codev_eq(v, tn_codev_load(from_y + i))) << i;
            nulls |= tn_codemask_bits(tn_codev_eq(v, null)) << i;
        }
        out[row / TN_KERNEL_ROWS] = same & ~nulls;
    }
}

static void test(uint64_t *out, tn_in_code x, const uint64_t *table, size_t count, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const uint32_t *from = tn_code_block(x, row);
        uint64_t word = 0;
        for (size_t i = 0; i < TN_KERNEL_ROWS; i++) {
            const uint32_t code = from[i];
            const uint64_t bit = code < count ? (table[code / 64] >> (code % 64)) & 1 : 0;
            word |= bit << i;
        }
        out[row / TN_KERNEL_ROWS] = word;
    }
}

static bool map(uint32_t *out, tn_in_code x, const uint32_t *to, size_t count, size_t n) {
    uint32_t unknown = 0;
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const uint32_t *from = tn_code_block(x, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i++) {
            const uint32_t code = from[i] < count ? to[from[i]] : TN_KERNEL_CODE_NULL;
            unknown |= code == TN_KERNEL_CODE_UNKNOWN;
            out[row + i] = code;
        }
    }
    return unknown != 0;
}

static void of_rank(uint32_t *out, tn_in_f64 x, const uint32_t *codes, size_t count, size_t n) {
    const double limit = (double)count;
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i++) {
            const bool inside = from[i] >= 0.0 && from[i] < limit;
            const uint32_t rank = inside ? (uint32_t)from[i] : 0;
            const bool whole = inside && (double)rank == from[i];
            out[row + i] = whole ? codes[rank] : TN_KERNEL_CODE_NULL;
        }
    }
}

const tn_codes_kernels TN_FAMILY(codes) = {
    .is_null = null_code,
    .equal = equal,
    .test = test,
    .map = map,
    .of_rank = of_rank,
};
