/* rng.c: xoshiro256++ and draws from distributions.
 *
 * A C library's log and exp may differ in the last bit between versions and processors, so the two
 * below are our own: series in +, -, ×, ÷ and sqrt, which IEEE 754 rounds alike everywhere. */
#include "base/rng.h"

#include "base/assert.h"
#include "base/fault.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <sys/random.h>

/* ln 2 in two parts; the first has 21 zero bits at the end, so k × it is exact. */
static const double ln2_high = 0x1.62e42fee00000p-1;
static const double ln2_low = 0x1.a39ef35793c76p-33;

/* ln x = k ln 2 + 2 artanh((m - 1) / (m + 1)), m in [sqrt 1/2, sqrt 2). x > 0 and normal. */
static double same_log(double x) {
    int k = 0;
    double m = frexp(x, &k);
    if (m < 0x1.6a09e667f3bcdp-1) {
        m *= 2;
        k--;
    }
    const double s = (m - 1) / (m + 1);
    const double z = s * s;
    double sum = 0;
    for (int i = 23; i >= 3; i -= 2)
        sum = (sum + 1.0 / i) * z;
    const double high = k * ln2_high;
    return high + (2 * s + (2 * s * sum + k * ln2_low));
}

/* e^x by Taylor's series after taking out whole powers of two; 0 below the normal numbers. */
static double same_exp(double x) {
    if (x < -708) return 0;
    if (x > 709) return HUGE_VAL;
    const double k = floor(x * 0x1.71547652b82fep0 + 0.5);
    const double r = (x - k * ln2_high) - k * ln2_low;
    double sum = 1;
    for (int i = 14; i >= 1; i--)
        sum = 1 + sum * r / i;
    return ldexp(sum, (int)k);
}

static uint64_t rotate_left(uint64_t x, unsigned by) {
    return x << by | x >> (64 - by);
}

void tn_rng_init(tn_rng *rng, uint64_t seed) {
    for (int i = 0; i < 4; i++) {
        seed += 0x9E3779B97F4A7C15ull;
        uint64_t z = seed;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ z >> 27) * 0x94D049BB133111EBull;
        rng->state[i] = z ^ z >> 31;
    }
}

uint64_t tn_rng_u64(tn_rng *rng) {
    uint64_t *s = rng->state;
    const uint64_t result = rotate_left(s[0] + s[3], 23) + s[0];
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/* Lemire 2019: the upper half of a product, with the few biased draws refused. */
uint64_t tn_rng_below(tn_rng *rng, uint64_t bound) {
    __extension__ typedef unsigned __int128 wide;
    TN_ASSERT(bound > 0);
    wide product = (wide)tn_rng_u64(rng) * bound;
    if ((uint64_t)product < bound) {
        const uint64_t refuse_below = -bound % bound;
        while ((uint64_t)product < refuse_below)
            product = (wide)tn_rng_u64(rng) * bound;
    }
    return (uint64_t)(product >> 64);
}

double tn_rng_unit(tn_rng *rng) {
    return (double)(tn_rng_u64(rng) >> 11) * 0x1p-53;
}

/* Uniform in (0, 1], for logarithms. */
static double unit_above_zero(tn_rng *rng) {
    return 1 - tn_rng_unit(rng);
}

/* Marsaglia's polar method; the second of the pair is not kept, so a draw depends on no other. */
double tn_rng_normal(tn_rng *rng) {
    for (;;) {
        const double u = 2 * tn_rng_unit(rng) - 1;
        const double v = 2 * tn_rng_unit(rng) - 1;
        const double s = u * u + v * v;
        if (s >= 1 || s < 0x1p-1000) continue;
        return u * sqrt(-2 * same_log(s) / s);
    }
}

double tn_rng_exponential(tn_rng *rng) {
    return -same_log(unit_above_zero(rng));
}

/* The logarithm of a gamma draw, which does not underflow where a shape is tiny. Marsaglia and
 * Tsang 2000; a shape below 1 is drawn at shape + 1 and multiplied by U^(1/shape). */
static double gamma_log(tn_rng *rng, double shape) {
    TN_ASSERT(shape > 0);
    double boost = 0;
    if (shape < 1) {
        boost = same_log(unit_above_zero(rng)) / shape;
        shape += 1;
    }
    const double d = shape - 1.0 / 3.0;
    const double c = 1 / sqrt(9 * d);
    for (;;) {
        const double x = tn_rng_normal(rng);
        const double cube_root = 1 + c * x;
        if (cube_root <= 0) continue;
        const double v = cube_root * cube_root * cube_root;
        const double log_v = same_log(v);
        if (same_log(unit_above_zero(rng)) < 0.5 * x * x + d - d * v + d * log_v)
            return boost + same_log(d) + log_v;
    }
}

double tn_rng_gamma(tn_rng *rng, double shape) {
    return same_exp(gamma_log(rng, shape));
}

double tn_rng_beta(tn_rng *rng, double a, double b) {
    const double log_x = gamma_log(rng, a);
    const double log_y = gamma_log(rng, b);
    return 1 / (1 + same_exp(log_y - log_x));
}

tn_status tn_random_bytes(void *out, size_t size) {
    unsigned char *next = out;
    while (size > 0) {
        const ssize_t got = tn_fault_hit(TN_FAULT_RANDOM) ? -1 : getrandom(next, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return TN_IO;
        next += got;
        size -= (size_t)got;
    }
    return TN_OK;
}
