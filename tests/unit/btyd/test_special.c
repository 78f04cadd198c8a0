/* test_special.c: special functions against long double sums and 30-digit literals. */
#include "btyd/special.h"
#include "btyd_data.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>

Test(special, digamma_and_trigamma_agree_with_reference_values) {
    static const struct {
        double z, digamma, trigamma;
    } points[] = {
        {1e-06, -1000000.5772140200139, 1000000000001.6450222},
        {0.01, -100.56088545786867242, 10001.621213528312804},
        {0.25, -4.2274535333762654081, 17.197329154507110739},
        {1, -0.57721566490153286061, 1.6449340668482264365},
        {1.4616321449683622, -9.2412655217294275168e-17, 0.967672245447621255},
        {2, 0.42278433509846713939, 0.64493406684822643647},
        {3.5, 1.1031566406452431872, 0.33035775610023486497},
        {9.75, 2.225109535044576012, 0.10800324333663185456},
        {11.999, 2.4425747743291192489, 0.086909420732240824282},
        {12, 2.4426616799758120167, 0.08690187287176839075},
        {12.5, 2.4851956512749120482, 0.083285224601578370444},
        {50, 3.901989673427892197, 0.020201333226697125806},
        {10000.0, 9.2102903711428494036, 0.00010000500016666666633},
        {1000000000.0, 20.723265836446411156, 1.0000000005000000002e-9},
    };
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        const double z = points[i].z;
        cr_expect_leq(fabs(tn_digamma(z) - points[i].digamma),
                      4e-16 * (1 + fabs(points[i].digamma)), "digamma(%g)", z);
        cr_expect_leq(relative_error(tn_trigamma(z), points[i].trigamma), 1e-15, "trigamma(%g)", z);
    }
}

Test(special, rising_sums_agree_with_long_double_sums) {
    static const double starts[] = {1e-9, 0.003, 0.5, 1, 7.25, 15.999, 16, 300.5, 1e6};
    static const double counts[] = {0, 1, 2, 15, 16, 17, 40, 1000, 5000};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        for (size_t j = 0; j < sizeof counts / sizeof counts[0]; j++) {
            long double value = 0, first = 0, second = 0;
            for (int k = 0; k < (int)counts[j]; k++) {
                const long double z = wide(starts[i]) + k;
                value += logl(z);
                first += 1 / z;
                second -= 1 / (z * z);
            }
            tn_rising sums = {0};
            tn_rising_add(&sums, starts[i], counts[j]);
            const double scale = 4e-15 * fmax(1, counts[j] * fabs(log(starts[i] + counts[j])));
            cr_expect_leq(fabsl(wide(sums.value) - value), wide(scale), "%g + %g", starts[i],
                          counts[j]);
            cr_expect_leq(relative_error(sums.first, (double)first), 4e-15);
            cr_expect_leq(relative_error(sums.second, (double)second), 4e-15);
        }
    }
}

Test(special, rising_sums_may_be_added_in_pieces) {
    tn_rising whole = {0}, pieces = {0};
    tn_rising_add(&whole, 0.3, 100000);
    tn_rising_add(&pieces, 0.3, 3);
    tn_rising_add(&pieces, 3.3, 997);
    tn_rising_add(&pieces, 1000.3, 99000);
    cr_expect_leq(relative_error(whole.value, pieces.value), 1e-14);
    cr_expect_leq(relative_error(whole.first, pieces.first), 1e-14);
    cr_expect_leq(relative_error(whole.second, pieces.second), 1e-14);
}

Test(special, log_gamma_of_whole_numbers_is_the_log_of_a_factorial) {
    long double factorial = 0;
    for (int n = 1; n < 200; n++) {
        cr_expect_leq(fabsl(wide(tn_log_gamma(n)) - factorial),
                      wide(4 * DBL_EPSILON) * fmaxl(1, fabsl(factorial)), "log Gamma(%d)", n);
        factorial += logl(n);
    }
}

Test(special, expm1_over_is_continuous_at_zero) {
    for (double e = 1e-3; e > 1e-20; e /= 7) {
        const long double l = -2.5L;
        const long double near = wide(e);
        const long double above = expm1l(near * l) / near;
        cr_expect_leq(relative_error(tn_expm1_over(e, -2.5), (double)above), 4 * DBL_EPSILON);
        cr_expect_leq(relative_error(tn_expm1_over(-e, -2.5), (double)(expm1l(-near * l) / -near)),
                      4 * DBL_EPSILON);
    }
    cr_expect_eq(tn_expm1_over(0, -2.5), -2.5);
}

Test(special, log1p_exp_neither_overflows_nor_loses_small_values) {
    cr_expect_eq(tn_log1p_exp(800), 800);
    cr_expect_leq(relative_error(tn_log1p_exp(-50), exp(-50)), 1e-15);
    cr_expect_leq(relative_error(tn_log1p_exp(0), log(2)), 1e-15);
    cr_expect_leq(relative_error(tn_log1p_exp(3), (double)log1pl(expl(3))), 1e-15);
}

Test(special, hypergeometric_one_agrees_with_closed_forms) {
    for (double z = 0.01; z <= 0.951; z += 0.047) {
        /* 2F1(1, 1; 2; z) = -log(1-z)/z; 2F1(1, b; b; z) = 1/(1-z) in the limit of c to b;
         * 2F1(1, 2; 3; z) = -2 (z + log(1-z))/z^2. */
        const long double y = wide(z);
        cr_expect_leq(relative_error(tn_hypergeometric_one(1, 2, z), (double)(-log1pl(-y) / y)),
                      1e-14);
        cr_expect_leq(relative_error(tn_hypergeometric_one(2, 3, z),
                                     (double)(-2 * (y + log1pl(-y)) / (y * y))),
                      1e-14);
        cr_expect_leq(relative_error(tn_hypergeometric_one(0, 2, z), 1), 1e-15);
    }
}

Test(special, gauss_rule_integrates_polynomials_of_degree_23) {
    for (int degree = 0; degree <= 22; degree += 2) {
        double sum = 0;
        for (int i = 0; i < TN_GAUSS_PAIRS; i++)
            sum += 2 * tn_gauss_weight[i] * pow(tn_gauss_node[i], degree);
        cr_expect_leq(relative_error(sum, 2.0 / (degree + 1)), 4e-15, "degree %d", degree);
    }
}
