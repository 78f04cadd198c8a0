#include "kernels_fixture.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const tn_kernels tn_kernels_portable;

size_t kernels_fixture_tables(tn_named_table out[4]) {
    size_t count = 0;
    out[count++] = (tn_named_table){"base", tn_kernels_get(TN_ISA_BASE)};
    out[count++] = (tn_named_table){"portable", &tn_kernels_portable};
    for (int isa = TN_ISA_AVX2; isa < TN_ISA_COUNT; isa++) {
        const tn_kernels *table = tn_kernels_get((tn_isa)isa);
        if (table)
            out[count++] = (tn_named_table){tn_isa_name((tn_isa)isa), table};
        else
            fprintf(stderr, "skipped: this processor has no %s\n", tn_isa_name((tn_isa)isa));
    }
    return count;
}

static const double specials[] = {
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    3.0,
    -7.0,
    10.0,
    127.0,
    128.0,
    255.0,
    32767.0,
    65535.0,
    65536.0,
    1e-300,
    -1e-300,
    1e300,
    -1e300,
    1e15,
    8.64e15,
    8640000000000001.0,
    1e17,
    -1e17,
    86400000,
    -86400000,
    86399999,
    0.1,
    0x1p-1022,
    0x1p-1074,
    0x1p51,
    -0x1p51,
    0x1p52,
    0x1p53,
    0x1p62,
    -0x1p63,
    2147483647,
    -2147483647,
    2147483648.0,
    -2147483648.0,
    3.4028234663852886e38,
    3.5e38,
    1e-46,
    709.78,
    709.79,
    -745.1,
    -745.2,
    1023.9,
    1024.0,
    -1074.5,
    -1075.5,
    0.49999999999999994,
    4503599627370495.5,
    1.7976931348623157e308,
    0x1.fffffffffffffp-1,
    0x1.0000000000001p0,
    1.4142135623730951,
    0.7071067811865476,
    -0.9999999999999999,
    32766.99999,
    4398046511104.0,
    67108864.0,
};

double kernels_fixture_finite(tn_rng *rng) {
    const uint64_t kind = tn_rng_below(rng, 8);
    if (kind == 0) return specials[tn_rng_below(rng, sizeof specials / sizeof *specials)];
    if (kind == 1) return (double)(int64_t)tn_rng_below(rng, 2000) - 1000;
    if (kind == 2) return (double)tn_rng_below(rng, 1u << 20) / 65536.0 - 8.0;
    if (kind == 3) return tn_rng_normal(rng);
    if (kind == 4) return tn_rng_normal(rng) * 1e12;
    if (kind == 5) return exp(20.0 * tn_rng_normal(rng));
    if (kind == 6) return tn_rng_unit(rng);
    double any;
    do {
        const uint64_t bits = tn_rng_u64(rng);
        memcpy(&any, &bits, sizeof any);
    } while (!isfinite(any));
    return any;
}

double kernels_fixture_double(tn_rng *rng) {
    const uint64_t kind = tn_rng_below(rng, 24);
    if (kind == 0) return (double)NAN;
    if (kind == 1) return tn_rng_below(rng, 2) ? (double)INFINITY : -(double)INFINITY;
    return kernels_fixture_finite(rng);
}

uint64_t kernels_fixture_seed(const char *test) {
    const char *given = getenv("TENURE_SEED");
    const uint64_t seed = given ? strtoull(given, NULL, 10) : tn_clock_monotonic_ns();
    fprintf(stderr, "%s: TENURE_SEED=%llu\n", test, (unsigned long long)seed);
    return seed;
}

bool kernels_fixture_same(double x, double y) {
    return (isnan(x) && isnan(y)) || memcmp(&x, &y, sizeof x) == 0;
}
