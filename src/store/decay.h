/* decay.h: decayed sums by forward decay (Cormode, Shkapenyuk, Srivastava, Xu 2009).
 *
 * An event at time t with weight w adds w · 2^(t/h − R) to its sum, R being a whole number of
 * half-lives; at as-of a the sum times 2^(R − a/h) is the decayed weight. t/h is split into a whole
 * part, exactly, and a fraction, so that R only ever moves a number by a power of two: the bits of
 * a weight depend neither on R nor on the rows that share it, as long as nothing leaves the range
 * of a double. R stays within TN_DECAY_SPAN of the newest event that shares it, so what is lost is
 * below 2^-570 of the weight of a fresh event. Weights are within 1e-13 relative of the definition
 * per event (the half-life being whole milliseconds or not); as-of is taken not to lie before the
 * events.
 *
 * Pure functions, the same bits on every machine: no libm beyond the exact fmod. */
#ifndef TN_STORE_DECAY_H
#define TN_STORE_DECAY_H

#include <stddef.h>
#include <stdint.h>

/* Half-lives by which an event may lie past the reference before the reference moves to it. */
#define TN_DECAY_SPAN 450
/* The reference of sums that no event has met. */
#define TN_DECAY_UNSET INT64_MIN

/* A time in half-lives: `whole`, and 2 to the power of the rest, in [1, 2). */
typedef struct tn_decay_time {
    int64_t whole;
    double growth;
} tn_decay_time;

tn_decay_time tn_decay_time_of(int64_t at_ms, double half_life_ms);
/* 2^fraction for a fraction in [0, 1); relative error below 4e-16. */
double tn_decay_exp2(double fraction);
/* value · 2^exponent, rounded once; 0 and infinity beyond the range. */
double tn_decay_scaled(double value, int64_t exponent);
/* Multiplies sums by 2^-halves. */
void tn_decay_rebase(double *sums, size_t count, int64_t halves);

#endif
