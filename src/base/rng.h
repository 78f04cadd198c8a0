/* rng.h: a seeded generator (xoshiro256++, Blackman and Vigna 2019) with the same numbers on every
 * machine, and the operating system's random bytes. */
#ifndef TN_BASE_RNG_H
#define TN_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>
#include <tenure/status.h>

typedef struct tn_rng {
    uint64_t state[4];
} tn_rng;

void tn_rng_init(tn_rng *rng, uint64_t seed); /* state by splitmix64 */
uint64_t tn_rng_u64(tn_rng *rng);
uint64_t tn_rng_below(tn_rng *rng, uint64_t bound); /* uniform in [0, bound), bound > 0, unbiased */
double tn_rng_unit(tn_rng *rng);                    /* uniform in [0, 1), 53 bits */
double tn_rng_normal(tn_rng *rng);
double tn_rng_exponential(tn_rng *rng);         /* mean 1 */
double tn_rng_gamma(tn_rng *rng, double shape); /* scale 1 */
double tn_rng_beta(tn_rng *rng, double a, double b);

tn_status tn_random_bytes(void *out, size_t size) TN_MUST_CHECK;

#endif
