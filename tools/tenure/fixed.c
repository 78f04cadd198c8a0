/* fixed.c: exact sums in two limbs. */
#include "fixed.h"

#include <math.h>

static const double units_per_one = 0x1p32;
static const double units_per_high = 0x1p40;
static const int64_t low_mask = (INT64_C(1) << 40) - 1;

void tn_total_add(tn_total *total, double value) {
    const double units = rint(value * units_per_one);
    const double high = floor(units / units_per_high); /* a power of two: exact */
    const int64_t low = total->low + (int64_t)(units - high * units_per_high);
    total->high += (int64_t)high + (low >> 40);
    total->low = low & low_mask;
    total->count++;
}

double tn_total_value(const tn_total *total) {
    return ((double)total->high * units_per_high + (double)total->low) / units_per_one;
}

double tn_total_mean(const tn_total *total) {
    return total->count == 0 ? 0 : tn_total_value(total) / (double)total->count;
}
