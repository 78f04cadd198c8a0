/* isa_table.c: one instruction set's families, together. */
#include "kernels/family.h"

const tn_kernels TN_TABLE = {
#if defined(TN_ISA_avx512)
    .isa = TN_ISA_AVX512,
#elif defined(TN_ISA_avx2)
    .isa = TN_ISA_AVX2,
#else
    .isa = TN_ISA_BASE,
#endif
    .convert = &TN_FAMILY(convert),
    .arith = &TN_FAMILY(arith),
    .calendar = &TN_FAMILY(calendar),
    .compare = &TN_FAMILY(compare),
    .select = &TN_FAMILY(select),
    .bits = &TN_FAMILY(bits),
    .codes = &TN_FAMILY(codes),
    .bin = &TN_FAMILY(bin),
    .score = &TN_FAMILY(score),
    .clv = &TN_FAMILY(clv),
    .aggregate = &TN_FAMILY(aggregate),
};
