/* fixed.h: totals over customers in exact fixed point, so that they do not depend on the order of
 * the customers, nor on shards or threads. */
#ifndef TN_TOOLS_FIXED_H
#define TN_TOOLS_FIXED_H

#include <stdint.h>

/* A sum counted in units of 2^-32. Each addend is rounded to the nearest unit, half to even; the
 * sum is exact: high × 2^40 + low units, 0 <= low < 2^40. */
typedef struct tn_total {
    int64_t high, low;
    uint64_t count; /* of addends */
} tn_total;

/* |value| <= 1e20, finite; up to 2^20 addends of that size, more of smaller ones. */
void tn_total_add(tn_total *total, double value);
double tn_total_value(const tn_total *total);
double tn_total_mean(const tn_total *total); /* 0 of nothing */

#endif
