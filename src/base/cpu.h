/* cpu.h: the only place that asks the processor what it has. */
#ifndef TN_BASE_CPU_H
#define TN_BASE_CPU_H

#include <stdbool.h>

typedef enum tn_isa { TN_ISA_BASE, TN_ISA_AVX2, TN_ISA_AVX512, TN_ISA_COUNT } tn_isa;

bool tn_cpu_has(tn_isa isa);
const char *tn_isa_name(tn_isa isa); /* "base", "avx2", "avx512" */
/* Number of processors this process may run on; at least 1. */
unsigned tn_cpu_count(void);

#endif
