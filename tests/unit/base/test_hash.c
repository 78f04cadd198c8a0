/* test_hash.c: hashes, random numbers, and the machine underneath. */
#include "base/clock.h"
#include "base/cpu.h"
#include "base/fault.h"
#include "base/hash.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

Test(hash, the_plain_hash_is_xxh3_for_ever) {
    cr_assert(tn_hash_plain("", 0) == 0x2D06800538D394C2ull);
    cr_assert(tn_hash_plain("a", 1) == 0xE6C632B61E964E1Full);
    cr_assert(tn_hash_plain("customer-000001", 15) == tn_hash_plain("customer-000001x", 15));
}

Test(hash, a_seeded_secret_is_the_same_each_time_and_differs_by_seed) {
    tn_hash_secret a;
    tn_hash_secret b;
    tn_hash_secret c;
    tn_hash_secret_seeded(&a, 1);
    tn_hash_secret_seeded(&b, 1);
    tn_hash_secret_seeded(&c, 2);
    cr_assert(memcmp(&a, &b, sizeof a) == 0 && memcmp(&a, &c, sizeof a) != 0);
    for (size_t size = 0; size < 256; size++) {
        char id[256];
        memset(id, 'x', sizeof id);
        cr_assert(tn_hash_keyed(&a, id, size) == tn_hash_keyed(&b, id, size));
        cr_assert(tn_hash_keyed(&a, id, size) != tn_hash_keyed(&c, id, size), "size %zu", size);
    }
}

Test(hash, random_secrets_differ_and_a_failing_source_is_reported) {
    tn_hash_secret a;
    tn_hash_secret b;
    cr_assert(tn_hash_secret_random(&a) == TN_OK && tn_hash_secret_random(&b) == TN_OK);
    cr_assert(memcmp(&a, &b, sizeof a) != 0);
    tn_fault_arm(TN_FAULT_RANDOM, 1, EIO);
    cr_assert(tn_hash_secret_random(&a) == TN_IO);
    cr_assert(tn_hash_secret_random(&a) == TN_OK);
}

Test(rng, gives_the_published_numbers) {
    /* xoshiro256++ from state {1, 2, 3, 4}, as its authors' code gives them. */
    tn_rng rng = {.state = {1, 2, 3, 4}};
    static const uint64_t wanted[] = {41943041ull, 58720359ull, 3588806011781223ull,
                                      3591011842654386ull, 9228616714210784205ull};
    for (size_t i = 0; i < 5; i++)
        cr_assert(tn_rng_u64(&rng) == wanted[i], "%zu", i);
    /* splitmix64 from seed 0. */
    tn_rng_init(&rng, 0);
    cr_assert(rng.state[0] == 0xE220A8397B1DCDAFull && rng.state[1] == 0x6E789E6AA1B965F4ull);
}

enum { DRAWS = 200000 };

typedef struct moments {
    double mean;
    double variance;
} moments;

static moments moments_of(const double *draws) {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < DRAWS; i++)
        sum += draws[i];
    const double mean = sum / DRAWS;
    for (int i = 0; i < DRAWS; i++)
        squares += (draws[i] - mean) * (draws[i] - mean);
    return (moments){mean, squares / DRAWS};
}

/* Within six standard errors: a right generator fails once in 500 million. */
static void assert_moments(const char *what, const double *draws, double mean, double variance,
                           double fourth) {
    const moments got = moments_of(draws);
    const double mean_error = 6 * sqrt(variance / DRAWS);
    const double variance_error = 6 * sqrt((fourth - variance * variance) / DRAWS);
    cr_assert(fabs(got.mean - mean) < mean_error, "%s: mean %g for %g", what, got.mean, mean);
    cr_assert(fabs(got.variance - variance) < variance_error, "%s: variance %g for %g", what,
              got.variance, variance);
}

Test(rng, distributions_have_their_moments) {
    static double draws[DRAWS];
    tn_rng rng;
    tn_rng_init(&rng, 20240501);
    for (int i = 0; i < DRAWS; i++) {
        draws[i] = tn_rng_unit(&rng);
        cr_assert(draws[i] >= 0 && draws[i] < 1);
    }
    assert_moments("unit", draws, 0.5, 1.0 / 12, 1.0 / 80);
    for (int i = 0; i < DRAWS; i++)
        draws[i] = tn_rng_normal(&rng);
    assert_moments("normal", draws, 0, 1, 3);
    for (int i = 0; i < DRAWS; i++)
        draws[i] = tn_rng_exponential(&rng);
    assert_moments("exponential", draws, 1, 1, 9);
    static const double shapes[] = {0.05, 0.3, 1, 2.5, 40};
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        const double k = shapes[s];
        for (int i = 0; i < DRAWS; i++)
            draws[i] = tn_rng_gamma(&rng, k);
        assert_moments("gamma", draws, k, k, 3 * k * k + 6 * k);
    }
    for (int i = 0; i < DRAWS; i++)
        draws[i] = tn_rng_beta(&rng, 0.8, 2.4);
    assert_moments("beta", draws, 0.25, 0.25 * 0.75 / 4.2, 0.00612731522509748);
}

Test(rng, tiny_shapes_of_beta_give_no_nan) {
    tn_rng rng;
    tn_rng_init(&rng, 3);
    double sum = 0;
    for (int i = 0; i < 20000; i++) {
        const double x = tn_rng_beta(&rng, 1e-4, 1e-4);
        cr_assert(x >= 0 && x <= 1);
        sum += x;
    }
    cr_assert(fabs(sum / 20000 - 0.5) < 0.03, "%g", sum / 20000);
}

Test(rng, below_a_bound_is_uniform_and_inside) {
    tn_rng rng;
    tn_rng_init(&rng, 5);
    size_t seen[7] = {0};
    for (int i = 0; i < 70000; i++)
        seen[tn_rng_below(&rng, 7)]++;
    for (size_t i = 0; i < 7; i++)
        cr_assert(seen[i] > 9400 && seen[i] < 10600, "%zu", seen[i]);
    for (int i = 0; i < 100; i++) {
        cr_assert(tn_rng_below(&rng, 1) == 0);
        cr_assert(tn_rng_below(&rng, (1ull << 63) + 1) <= 1ull << 63);
    }
}

/* Bits that must never change: a generated base would. */
Test(rng, the_same_seed_draws_the_same_bits_for_ever) {
    tn_rng rng;
    tn_rng_init(&rng, 42);
    uint64_t folded = 0;
    for (int i = 0; i < 1000; i++) {
        const double draws[4] = {tn_rng_normal(&rng), tn_rng_exponential(&rng),
                                 tn_rng_gamma(&rng, 0.25), tn_rng_beta(&rng, 0.8, 2.4)};
        uint64_t bits[4];
        memcpy(bits, draws, sizeof bits);
        for (int j = 0; j < 4; j++)
            folded = (folded ^ bits[j]) * 0x9E3779B97F4A7C15ull;
    }
    cr_assert(folded == 0xDC7A173E97B92D41ull, "folded to 0x%016llX", (unsigned long long)folded);
}

Test(cpu, says_what_it_has_and_counts_itself) {
    cr_assert(tn_cpu_has(TN_ISA_BASE));
    cr_assert(!tn_cpu_has(TN_ISA_COUNT));
    cr_assert(!tn_cpu_has(TN_ISA_AVX512) || tn_cpu_has(TN_ISA_AVX2));
    cr_assert(tn_cpu_count() >= 1);
    cr_assert_str_eq(tn_isa_name(TN_ISA_BASE), "base");
    cr_assert_str_eq(tn_isa_name(TN_ISA_AVX2), "avx2");
    cr_assert_str_eq(tn_isa_name(TN_ISA_AVX512), "avx512");
}

Test(clock, goes_forward_and_is_past_2020) {
    cr_assert(tn_clock_wall_ms() > 1577836800000LL);
    uint64_t before = tn_clock_monotonic_ns();
    for (int i = 0; i < 1000; i++) {
        const uint64_t now = tn_clock_monotonic_ns();
        cr_assert(now >= before);
        before = now;
    }
}

Test(fault, strikes_once_at_the_nth_passage) {
    cr_assert(!tn_fault_hit(TN_FAULT_FILE_READ));
    tn_fault_arm(TN_FAULT_FILE_READ, 3, ENOSPC);
    cr_assert(!tn_fault_hit(TN_FAULT_FILE_WRITE), "points are separate");
    cr_assert(!tn_fault_hit(TN_FAULT_FILE_READ) && !tn_fault_hit(TN_FAULT_FILE_READ));
    errno = 0;
    cr_assert(tn_fault_hit(TN_FAULT_FILE_READ) && errno == ENOSPC);
    cr_assert(!tn_fault_hit(TN_FAULT_FILE_READ));
    tn_fault_arm(TN_FAULT_FILE_READ, 1, EIO);
    tn_fault_arm(TN_FAULT_FILE_READ, 0, 0);
    cr_assert(!tn_fault_hit(TN_FAULT_FILE_READ));
}
