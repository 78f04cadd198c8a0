/* dispatch.c: which table this process uses. Compiled once, for every processor. */
#include "base/error.h"
#include "kernels/kernels.h"

#include <stdlib.h>
#include <string.h>

extern const tn_kernels tn_kernels_base;
#if TN_KERNELS_X86
extern const tn_kernels tn_kernels_avx2;
extern const tn_kernels tn_kernels_avx512;
#endif

const tn_kernels *tn_kernels_get(tn_isa isa) {
    if (isa != TN_ISA_BASE && !tn_cpu_has(isa)) return NULL;
    switch (isa) {
    case TN_ISA_BASE:
        return &tn_kernels_base;
#if TN_KERNELS_X86
    case TN_ISA_AVX2:
        return &tn_kernels_avx2;
    case TN_ISA_AVX512:
        return &tn_kernels_avx512;
#else
    case TN_ISA_AVX2:
    case TN_ISA_AVX512:
#endif
    case TN_ISA_COUNT:
    default:
        return NULL;
    }
}

static tn_status choose_named(const char *name, const tn_kernels **out, tn_error *error) {
    for (int isa = 0; isa < TN_ISA_COUNT; isa++) {
        if (strcmp(name, tn_isa_name((tn_isa)isa)) != 0) continue;
        const tn_kernels *table = tn_kernels_get((tn_isa)isa);
        if (!table)
            return tn_fail(error, TN_UNSUPPORTED, "TENURE_ISA=%s: this processor has no %s", name,
                           name);
        *out = table;
        return TN_OK;
    }
    return tn_fail(error, TN_BAD_ARGUMENT,
                   "TENURE_ISA=%.40s is not an instruction set; valid are base, avx2, avx512",
                   name);
}

tn_status tn_kernels_choose(const tn_kernels **out, tn_error *error) {
    const char *forced = getenv("TENURE_ISA");
    if (forced && *forced) return choose_named(forced, out, error);
    const tn_kernels *best = NULL;
    for (int isa = TN_ISA_COUNT - 1; !best; isa--)
        best = tn_kernels_get((tn_isa)isa);
    *out = best;
    return TN_OK;
}
