/* cpu.c: what the processor can do, for the instruction sets that kernels are compiled for. Each
 * answer covers every extension that the compiler may use there (TenureLayers.cmake). */
#include "base/cpu.h"

#include <sched.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>

/* lzcnt has no name of its own in every compiler's __builtin_cpu_supports. */
static bool has_lzcnt(void) {
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    return __get_cpuid(0x80000001u, &eax, &ebx, &ecx, &edx) != 0 && (ecx & (1u << 5)) != 0;
}

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt") && has_lzcnt();
}

static bool has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}
#else
static bool has_avx2(void) {
    return false;
}

static bool has_avx512(void) {
    return false;
}
#endif

bool tn_cpu_has(tn_isa isa) {
    switch (isa) {
    case TN_ISA_BASE:
        return true;
    case TN_ISA_AVX2:
        return has_avx2();
    case TN_ISA_AVX512:
        return has_avx512();
    case TN_ISA_COUNT:
        break;
    }
    return false;
}

const char *tn_isa_name(tn_isa isa) {
    switch (isa) {
    case TN_ISA_BASE:
        return "base";
    case TN_ISA_AVX2:
        return "avx2";
    case TN_ISA_AVX512:
        return "avx512";
    case TN_ISA_COUNT:
        break;
    }
    return "unknown";
}

unsigned tn_cpu_count(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        const int count = CPU_COUNT(&set);
        if (count > 0) return (unsigned)count;
    }
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}
