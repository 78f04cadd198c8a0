/* clock.c: the system's clocks. */
#include "base/clock.h"

#include "base/assert.h"

#include <time.h>

int64_t tn_clock_wall_ms(void) {
    struct timespec now;
    TN_ASSERT(clock_gettime(CLOCK_REALTIME, &now) == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t tn_clock_monotonic_ns(void) {
    struct timespec now;
    TN_ASSERT(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
