/* kernels_fixture.h: tables to test and values to test them with. */
#ifndef TESTS_UNIT_KERNELS_FIXTURE_H
#define TESTS_UNIT_KERNELS_FIXTURE_H

#include "base/rng.h"
#include "kernels/kernels.h"

typedef struct tn_named_table {
    const char *name;
    const tn_kernels *table;
} tn_named_table;

/* The tables that this processor has: base, portable, and avx2 and avx512 if possible; what is
 * skipped is said once on stderr. Returns the number. */
size_t kernels_fixture_tables(tn_named_table out[4]);

/* A double: often special (zeros, infinities, NaN, subnormals, whole numbers, limits of types),
 * else of any magnitude. */
double kernels_fixture_double(tn_rng *rng);
/* The same without infinities and NaN. */
double kernels_fixture_finite(tn_rng *rng);

/* The seed of a property test, printed, or from TENURE_SEED. */
uint64_t kernels_fixture_seed(const char *test);

/* Equal bits, or both NaN. */
bool kernels_fixture_same(double x, double y);

#endif
