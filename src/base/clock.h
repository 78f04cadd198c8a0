/* clock.h: the only door to time. */
#ifndef TN_BASE_CLOCK_H
#define TN_BASE_CLOCK_H

#include <stdint.h>

int64_t tn_clock_wall_ms(void);       /* since 1970-01-01T00:00:00Z */
uint64_t tn_clock_monotonic_ns(void); /* for measuring; never goes back */

#endif
