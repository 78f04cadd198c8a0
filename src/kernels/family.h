/* family.h: what the sources of the kernels share. Each family is one source, compiled once for
 * each instruction set with TN_ISA_SUFFIX naming it; it exports one constant struct of functions.
 */
#ifndef TN_KERNELS_FAMILY_H
#define TN_KERNELS_FAMILY_H

#include "kernels/kernels.h"
#include "kernels/lanes.h"

#define TN_PASTE_EXPANDED(a, b) a##_##b
#define TN_PASTE(a, b)          TN_PASTE_EXPANDED(a, b)
/* tn_arith_kernels_avx2 and so on */
#define TN_FAMILY(name) TN_PASTE(tn_##name##_kernels, TN_ISA_SUFFIX)
#define TN_TABLE        TN_PASTE(tn_kernels, TN_ISA_SUFFIX)

/* Loops take the operation as a function; inlined, it costs no call. */
#define TN_INLINE static inline __attribute__((always_inline))

extern const tn_convert_kernels TN_FAMILY(convert);
extern const tn_arith_kernels TN_FAMILY(arith);
extern const tn_calendar_kernels TN_FAMILY(calendar);
extern const tn_compare_kernels TN_FAMILY(compare);
extern const tn_select_kernels TN_FAMILY(select);
extern const tn_bits_kernels TN_FAMILY(bits);
extern const tn_codes_kernels TN_FAMILY(codes);
extern const tn_bin_kernels TN_FAMILY(bin);
extern const tn_score_kernels TN_FAMILY(score);
extern const tn_clv_kernels TN_FAMILY(clv);
extern const tn_aggregate_kernels TN_FAMILY(aggregate);
extern const tn_kernels TN_TABLE;

/* The 64 rows of an operand from `row` on, a multiple of 64. */
TN_INLINE const double *tn_f64_block(tn_in_f64 in, size_t row) {
    return in.data + row * in.step;
}
TN_INLINE const uint32_t *tn_code_block(tn_in_code in, size_t row) {
    return in.data + row * in.step;
}
TN_INLINE uint64_t tn_bits_word(tn_in_bits in, size_t row) {
    return in.data[row / TN_KERNEL_ROWS * in.step];
}
/* The mask of the lanes from `lane` on of a word of 64 rows. */
TN_INLINE tn_mask tn_mask_of_word(uint64_t word, size_t lane) {
    return tn_mask_from_bits((unsigned)(word >> lane) & ((1u << TN_LANES) - 1));
}

#endif
