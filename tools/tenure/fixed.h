/* fixed.h: totals over customers in exact fixed point, so that they do not depend on the order of
 * the customers, nor on shards or threads. */
#ifndef TN_TOOLS_FIXED_H
#define TN_TOOLS_FIXED_H

#include <stdint.h>

__extension__ typedef __int128 tn_int128;

/* A sum counted in units of 2^-32. Each addend is rounded to the nearest unit, half to even; the
 * sum is exact. */
typedef struct tn_total {
    tn_int128 units;
    uint64_t count; /* of addends */
} tn_total;

/* |value| <= 1e20, finite. */
void tn_total_add(tn_total *total, double value);
double tn_total_value(const tn_total *total);
double tn_total_mean(const tn_total *total); /* 0 of nothing */

#endif
