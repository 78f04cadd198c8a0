/* decay.c: 2^f by the Taylor series of √2 · 2^(f − 1/2), degree 13, even and odd powers apart, so
 * that half of the operations wait for nothing. Only + and ·, never contracted: the same bits
 * everywhere. The series' own error is below 4e-18. */
#include "store/decay.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* √2 · ln(2)^n / n! */
static const double even[7] = {0x1.6a09e667f3bcdp+0,  0x1.5be298adf0352p-2,  0x1.bdb696e8a0afcp-7,
                               0x1.c8d752e2475fdp-13, 0x1.f5b1687066adap-20, 0x1.56cff45438d97p-27,
                               0x1.3f6da49237698p-35};
static const double odd[7] = {0x1.f5e46537ab907p-1,  0x1.41839eb881562p-4,  0x1.ee4fd234aabe3p-10,
                              0x1.69e51ed115674p-16, 0x1.351bc8299ee8fp-23, 0x1.59a0d25f61fc7p-31,
                              0x1.108170a304ab0p-39};

double tn_decay_exp2(double fraction) {
    const double x = fraction - 0.5;
    const double square = x * x;
    double high = even[6];
    double low = odd[6];
    for (int i = 5; i >= 0; i--) {
        high = high * square + even[i];
        low = low * square + odd[i];
    }
    return high + x * low;
}

tn_decay_time tn_decay_time_of(int64_t at_ms, double half_life_ms) {
    int64_t whole;
    double rest;
    const bool is_whole_ms =
        half_life_ms >= 1 && half_life_ms < 0x1p53 && half_life_ms == (double)(int64_t)half_life_ms;
    if (is_whole_ms) {
        const int64_t half_life = (int64_t)half_life_ms;
        whole = at_ms / half_life;
        rest = (double)(at_ms - whole * half_life);
    } else {
        const double at = (double)at_ms;
        rest = fmod(at, half_life_ms);
        whole = (int64_t)nearbyint((at - rest) / half_life_ms);
    }
    if (rest < 0) {
        rest += half_life_ms;
        whole--;
    }
    const double fraction = rest / half_life_ms;
    return (tn_decay_time){.whole = whole, .growth = tn_decay_exp2(fraction)};
}

double tn_decay_scaled(double value, int64_t exponent) {
    if (exponent < -1022 || exponent > 1023) {
        enum { BEYOND = 4096 };
        if (exponent > BEYOND) exponent = BEYOND;
        if (exponent < -BEYOND) exponent = -BEYOND;
        return scalbn(value, (int)exponent);
    }
    const uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return value * power;
}

void tn_decay_rebase(double *sums, size_t count, int64_t halves) {
    enum { NOTHING_LEFT = 2200 }; /* the largest double times 2^-2200 is 0 */
    if (halves >= NOTHING_LEFT) {
        memset(sums, 0, count * sizeof *sums);
        return;
    }
    for (size_t i = 0; i < count; i++)
        sums[i] = tn_decay_scaled(sums[i], -halves);
}
