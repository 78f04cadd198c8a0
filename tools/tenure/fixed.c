/* fixed.c: exact sums. */
#include "fixed.h"

#include <math.h>

static const double units_per_one = 4294967296.0;

void tn_total_add(tn_total *total, double value) {
    total->units += (tn_int128)rint(value * units_per_one);
    total->count++;
}

double tn_total_value(const tn_total *total) {
    return (double)total->units / units_per_one;
}

double tn_total_mean(const tn_total *total) {
    return total->count == 0 ? 0 : tn_total_value(total) / (double)total->count;
}
