/* fault.c: one word for each point: the passages left in the upper half, the errno in the lower.
 * The words are the process's, because a test arms a point that any thread may pass. */
#include "base/fault.h"

#include "base/assert.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

static _Atomic uint64_t armed[TN_FAULT_COUNT];

void tn_fault_arm(tn_fault point, unsigned n, int error_number) {
    TN_ASSERT((unsigned)point < TN_FAULT_COUNT);
    atomic_store(&armed[point], n == 0 ? 0 : (uint64_t)n << 32 | (uint32_t)error_number);
}

bool tn_fault_hit(tn_fault point) {
    uint64_t word = atomic_load_explicit(&armed[point], memory_order_relaxed);
    while (word != 0) {
        const bool fires = word >> 32 == 1;
        const uint64_t next = fires ? 0 : word - (1ull << 32);
        if (!atomic_compare_exchange_weak(&armed[point], &word, next)) continue;
        if (fires) errno = (int)(uint32_t)word;
        return fires;
    }
    return false;
}
