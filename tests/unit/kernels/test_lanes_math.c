/* The elementary functions against long double libm, within the ULP bounds of lanes_math.h. */
#include "kernels_fixture.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>

enum { ROUNDS = 4000, N = 256 };

/* Distance in units in the last place of the exact result. */
static double ulps(double got, long double exact) {
    const double nearest = (double)exact;
    if (got == nearest) {
        if (!isfinite(nearest) || nearest == 0.0) return 0.0;
    }
    int exponent;
    frexpl(exact, &exponent);
    if (exponent < -1021) exponent = -1021;
    return (double)(fabsl((long double)got - exact) / ldexpl(1.0L, exponent - 53));
}

typedef struct tn_math_case {
    const char *name;
    tn_unary op;
    long double (*exact)(long double);
    double low; /* arguments: uniform in [low, high], or log-uniform */
    double high;
    bool logarithmic;
    double bound; /* ULP */
} tn_math_case;

static double draw(tn_rng *rng, const tn_math_case *test) {
    const double u = tn_rng_unit(rng);
    if (!test->logarithmic) return test->low + (test->high - test->low) * u;
    const double x = exp(log(test->low) + (log(test->high) - log(test->low)) * u);
    return x;
}

static double worst_of(const tn_kernels *table, const tn_math_case *test, uint64_t seed) {
    tn_rng rng;
    tn_rng_init(&rng, seed);
    double worst = 0.0;
    for (int turn = 0; turn < ROUNDS; turn++) {
        double x[N];
        double got[N];
        for (size_t i = 0; i < N; i++)
            x[i] = draw(&rng, test);
        table->arith->unary[test->op](got, (tn_in_f64){x, 1}, N);
        for (size_t i = 0; i < N; i++) {
            const long double exact = test->exact((long double)x[i]);
            if (!isfinite((double)exact) || isnan((double)exact)) {
                cr_assert(isnan(got[i]), "%s(%a) = %a", test->name, x[i], got[i]);
                continue;
            }
            const double error = ulps(got[i], exact);
            cr_assert(error <= test->bound, "%s(%a) = %a: %g ULP", test->name, x[i], got[i], error);
            if (error > worst) worst = error;
        }
    }
    return worst;
}

Test(lanes_math, functions_of_one_number_keep_their_ulp_bounds) {
    static const tn_math_case cases[] = {
        {"log near 1", TN_UNARY_LOG, logl, 0.5, 2.0, false, 1.0},
        {"log", TN_UNARY_LOG, logl, 1e-308, 1.7e308, true, 1.0},
        {"log of subnormals", TN_UNARY_LOG, logl, 5e-324, 2.3e-308, true, 1.0},
        {"log1p small", TN_UNARY_LOG1P, log1pl, 1e-320, 1.0, true, 1.5},
        {"log1p", TN_UNARY_LOG1P, log1pl, -0.999999, 3.0, false, 1.5},
        {"log1p large", TN_UNARY_LOG1P, log1pl, 1.0, 1.7e308, true, 1.5},
        {"exp", TN_UNARY_EXP, expl, -708.0, 709.7, false, 1.0},
        {"exp near 0", TN_UNARY_EXP, expl, -1.0, 1.0, false, 1.0},
        {"exp underflowing", TN_UNARY_EXP, expl, -750.0, -707.0, false, 1.0},
        {"exp overflowing", TN_UNARY_EXP, expl, 709.0, 800.0, false, 1.0},
        {"expm1", TN_UNARY_EXPM1, expm1l, -60.0, 710.0, false, 2.0},
        {"expm1 near 0", TN_UNARY_EXPM1, expm1l, -1.0, 1.0, false, 2.0},
        {"expm1 tiny", TN_UNARY_EXPM1, expm1l, 1e-300, 0.1, true, 2.0},
        {"exp2", TN_UNARY_EXP2, exp2l, -1080.0, 1030.0, false, 1.0},
        {"exp2 near 0", TN_UNARY_EXP2, exp2l, -1.0, 1.0, false, 1.0},
    };
    const uint64_t seed = kernels_fixture_seed("lanes_math");
    tn_named_table tables[4];
    const size_t count = kernels_fixture_tables(tables);
    const tn_kernels *fastest = tables[count - 1].table;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        fprintf(stderr, "%-20s %.3f ULP (bound %.1f)\n", cases[c].name,
                worst_of(fastest, &cases[c], seed + c), cases[c].bound);
}

Test(lanes_math, powers_keep_their_ulp_bound) {
    const tn_kernels *table = tn_kernels_get(TN_ISA_BASE);
    tn_rng rng;
    tn_rng_init(&rng, kernels_fixture_seed("pow"));
    double worst = 0.0;
    for (int turn = 0; turn < ROUNDS; turn++) {
        double x[N];
        double y[N];
        double got[N];
        for (size_t i = 0; i < N; i++) {
            x[i] = exp(tn_rng_normal(&rng) * (turn % 3 == 0 ? 0.01 : turn % 3 == 1 ? 3.0 : 100.0));
            y[i] = tn_rng_normal(&rng) * (turn % 2 ? 5.0 : 300.0);
            if (turn % 5 == 0) y[i] = round(y[i]);
        }
        table->arith->binary[TN_BINARY_POW](got, (tn_in_f64){x, 1}, (tn_in_f64){y, 1}, N);
        for (size_t i = 0; i < N; i++) {
            const long double exact = powl((long double)x[i], (long double)y[i]);
            if (!isfinite((double)exact)) {
                cr_assert(isnan(got[i]), "pow(%a, %a) = %a", x[i], y[i], got[i]);
                continue;
            }
            const double error = ulps(got[i], exact);
            /* powl itself is good to about a 64-bit ULP of a large logarithm */
            cr_assert(error <= 0.9, "pow(%a, %a) = %a: %g ULP", x[i], y[i], got[i], error);
            if (error > worst) worst = error;
        }
    }
    fprintf(stderr, "%-20s %.3f ULP (bound 0.9)\n", "pow", worst);
}

Test(lanes_math, whole_powers_of_whole_numbers_are_exact) {
    const tn_kernels *table = tn_kernels_get(TN_ISA_BASE);
    double x[64];
    double y[64];
    double got[64];
    for (int base = -40; base <= 40; base++) {
        size_t exponents = 0;
        for (int e = 0; e < 64; e++) {
            x[e] = base;
            y[e] = e;
            if (fabs(pow(base, e)) < 9007199254740992.0 && exponents == (size_t)e) exponents++;
        }
        table->arith->binary[TN_BINARY_POW](got, (tn_in_f64){x, 1}, (tn_in_f64){y, 1}, 64);
        double exact = 1.0;
        for (size_t e = 0; e < exponents; e++) {
            cr_assert(got[e] == exact, "%d^%zu = %.17g", base, e, got[e]);
            exact *= base;
        }
    }
}

Test(lanes_math, powers_of_special_numbers_follow_the_specification) {
    const tn_kernels *table = tn_kernels_get(TN_ISA_BASE);
    const double null = (double)NAN;
    const struct {
        double x, y, want;
    } cases[] = {
        {2.0, 0.5, 1.4142135623730951},
        {-2.0, 3.0, -8.0},
        {-2.0, 2.0, 4.0},
        {-2.0, -1.0, -0.5},
        {-2.0, 0.5, null},
        {-8.0, 1.0 / 3.0, null},
        {0.0, 0.0, 1.0},
        {0.0, 2.0, 0.0},
        {0.0, -1.0, null},
        {-0.0, 3.0, 0.0},
        {1.0, 1e300, 1.0},
        {-1.0, 9007199254740993.0, 1.0},
        {-1.0, 4503599627370497.0, -1.0},
        {2.0, 1e300, null},
        {0.5, 1e300, 0.0},
        {0.5, -1e300, null},
        {10.0, 308.0, 1e308},
        {10.0, 309.0, null},
        {10.0, -323.0, 1e-323},
        {0x1p-1074, 1.0, 0x1p-1074},
        {0x1p-1074, -1.0, null},
        {null, 0.0, null},
        {1.0, null, null},
        {1.7976931348623157e308, 1.0, 1.7976931348623157e308},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double x[64];
        double y[64];
        double got[64];
        for (size_t k = 0; k < 64; k++) {
            x[k] = cases[i].x;
            y[k] = cases[i].y;
        }
        table->arith->binary[TN_BINARY_POW](got, (tn_in_f64){x, 1}, (tn_in_f64){y, 1}, 64);
        cr_assert(kernels_fixture_same(got[5], cases[i].want), "pow(%g, %g) = %.17g, want %.17g",
                  cases[i].x, cases[i].y, got[5], cases[i].want);
    }
}

Test(lanes_math, exp2_of_whole_numbers_is_exact) {
    const tn_kernels *table = tn_kernels_get(TN_ISA_BASE);
    for (int first = -1074; first < 1024; first += 64) {
        double x[64];
        double got[64];
        for (int k = 0; k < 64; k++)
            x[k] = first + k;
        table->arith->unary[TN_UNARY_EXP2](got, (tn_in_f64){x, 1}, 64);
        for (int k = 0; k < 64 && first + k < 1024; k++)
            cr_assert(got[k] == ldexp(1.0, first + k), "2^%d = %a", first + k, got[k]);
    }
}
