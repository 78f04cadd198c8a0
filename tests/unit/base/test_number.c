/* test_number.c: numbers read and written exactly. The oracle is the C library: strtod and printf
 * are exactly rounded there. */
#include "base/bytes.h"
#include "base/number.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool parses(const char *text, double *out) {
    return tn_parse_double(tn_str_of(text), out);
}

Test(parse_double, reads_every_decimal_form) {
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0", 0},
        {"1", 1},
        {"-1", -1},
        {"+2.50", 2.5},
        {"007", 7},
        {"1e3", 1000},
        {"1E-3", 0.001},
        {"1.5e+10", 1.5e10},
        {"0.1", 0.1},
        {"123456789012345678901234567890", 123456789012345678901234567890.0},
        {"1e22", 1e22},
        {"1e23", 1e23},
        {"4.9e-324", 4.9e-324},
        {"1e-400", 0},
        {"0e999999999999999999999", 0},
        {"1.7976931348623157e308", 1.7976931348623157e308},
        {"9007199254740993", 9007199254740992.0},
        {"9007199254740993.00000000000000000001", 9007199254740994.0},
        {"2.2250738585072011e-308", 2.2250738585072011e-308},
        {"0.000000000000000000000000000000000000000000000001e48", 1},
        {"100000000000000000000000000000e-29", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double value = -7;
        cr_assert(parses(cases[i].text, &value), "%s", cases[i].text);
        cr_assert(value == cases[i].value, "%s gave %.17g", cases[i].text, value);
    }
}

Test(parse_double, refuses_everything_else) {
    static const char *const texts[] = {
        "",         " 1",   "1 ",    ".5",    "5.",
        "1.e3",     "+",    "-",     "e5",    "1e",
        "1e+",      "1e5.", "0x10",  "inf",   "nan",
        "NaN",      "1,5",  "1_000", "1e309", "-1e999",
        "1.2.3",    "--1",  "+-1",   "1d5",   "1e999999999999999999999",
        "\xD9\xA1", "1\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double value = -7;
        cr_assert(!parses(texts[i], &value), "'%s' was accepted", texts[i]);
        cr_assert(value == -7, "an out-parameter is written only on success");
    }
    double value = 0;
    cr_assert(!tn_parse_double((tn_str){"1\0"
                                        "2",
                                        3},
                               &value));
    cr_assert(!tn_parse_double((tn_str){NULL, 0}, &value));
    cr_assert(tn_parse_double((tn_str){"12345", 2}, &value) && value == 12, "not NUL-terminated");
}

Test(parse_double, minus_zero_becomes_zero) {
    static const char *const texts[] = {"-0", "-0.0", "-0e5", "-1e-999"};
    for (size_t i = 0; i < 4; i++) {
        double value = -7;
        cr_assert(parses(texts[i], &value) && value == 0 && !signbit(value), "%s", texts[i]);
    }
}

Test(parse_double, digits_past_any_length_still_decide_the_rounding) {
    /* Halfway between 1 and its neighbour, then a last digit a thousand places on. */
    static char text[4000] = "1.00000000000000011102230246251565404236316680908203125";
    double value = 0;
    cr_assert(parses(text, &value) && value == 1);
    memset(text + strlen(text), '0', 2000);
    cr_assert(parses(text, &value) && value == 1);
    text[strlen(text)] = '1';
    cr_assert(parses(text, &value) && value == nextafter(1, 2));
    memset(text, '9', 3000);
    text[3000] = '\0';
    cr_assert(!parses(text, &value));
    memcpy(text + 3000, "e-2990", 7);
    cr_assert(parses(text, &value) && value == 1e10);
}

Test(parse_double, agrees_with_strtod_on_a_million_random_texts) {
    const uint64_t seed = 1;
    tn_rng rng;
    tn_rng_init(&rng, seed);
    for (int i = 0; i < 1000000; i++) {
        char text[64];
        const uint64_t digits = tn_rng_u64(&rng) >> tn_rng_below(&rng, 64);
        const int shape = (int)tn_rng_below(&rng, 4);
        if (shape == 0)
            snprintf(text, sizeof text, "%" PRIu64 "e%d", digits, (int)tn_rng_below(&rng, 60) - 30);
        else if (shape == 1)
            snprintf(text, sizeof text, "%" PRIu64 "e%d", digits,
                     (int)tn_rng_below(&rng, 640) - 340);
        else
            snprintf(text, sizeof text, "%" PRIu64 ".%0*" PRIu64, digits % 100000,
                     (int)(1 + tn_rng_below(&rng, 15)), (digits >> 20) % 1000);
        const double wanted = strtod(text, NULL);
        double value = 0;
        const bool accepted = parses(text, &value);
        cr_assert(accepted == isfinite(wanted), "seed %" PRIu64 ": %s", seed, text);
        cr_assert(!accepted || value == wanted, "seed %" PRIu64 ": %s gave %.17g", seed, text,
                  value);
    }
}

Test(parse_int64, reads_whole_numbers_and_nothing_else) {
    int64_t value = 0;
    cr_assert(tn_parse_int64(tn_str_of("9223372036854775807"), &value) && value == INT64_MAX);
    cr_assert(tn_parse_int64(tn_str_of("-9223372036854775807"), &value) && value == -INT64_MAX);
    cr_assert(tn_parse_int64(tn_str_of("+0042"), &value) && value == 42);
    static const char *const texts[] = {
        "", "-", "+", "1.0", "1e3", " 1", "0x1", "9223372036854775808", "99999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        cr_assert(!tn_parse_int64(tn_str_of(texts[i]), &value), "'%s'", texts[i]);
    cr_assert(value == 42);
}

static void assert_format(double value, const char *wanted) {
    char out[TN_NUMBER_TEXT_SIZE];
    const size_t length = tn_format_double(value, out);
    cr_assert_str_eq(out, wanted);
    cr_assert(length == strlen(wanted));
}

Test(format_double, writes_the_shortest_plain_form) {
    assert_format(0, "0");
    assert_format(-0.0, "0");
    assert_format(1, "1");
    assert_format(-12.5, "-12.5");
    assert_format(0.1, "0.1");
    assert_format(0.1 + 0.2, "0.30000000000000004");
    assert_format(1.0 / 3, "0.3333333333333333");
    assert_format(100, "100");
    assert_format(123456789012, "123456789012");
    assert_format(9007199254740991.0, "9007199254740991");
    assert_format(9007199254740992.0, "9007199254740992");
    assert_format(1e15, "1000000000000000");
    assert_format(1e20, "100000000000000000000");
    assert_format(123456789012345680000.0, "123456789012345680000");
    assert_format(1e21, "1e+21");
    assert_format(1.5e30, "1.5e+30");
    assert_format(0.00001, "0.00001");
    assert_format(0.0000125, "0.0000125");
    assert_format(0.000001, "1e-6");
    assert_format(-1.25e-7, "-1.25e-7");
    assert_format(4.9406564584124654e-324, "5e-324");
    assert_format(1.7976931348623157e308, "1.7976931348623157e+308");
    assert_format(2.2250738585072014e-308, "2.2250738585072014e-308");
    assert_format(5e-5, "0.00005");
    assert_format(12.34, "12.34");
    assert_format(9.5367431640625e-07, "9.5367431640625e-7");
    assert_format(0x1p-44, "5.684341886080802e-14");
}

static int digits_of(const char *text) {
    int digits = 0;
    int zeros = 0;
    for (; *text != '\0' && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (*text == '0' && digits == 0)) continue;
        digits++;
        zeros = *text == '0' ? zeros + 1 : 0;
    }
    return digits - zeros;
}

/* A text of fewer digits would read back only if the nearest one does. */
static bool could_be_shorter(double value, int digits, bool is_float) {
    if (digits < 2) return false;
    char text[64];
    snprintf(text, sizeof text, "%.*e", digits - 2, value);
    return is_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
}

static void check_double(double value, uint64_t seed) {
    char out[TN_NUMBER_TEXT_SIZE];
    const size_t length = tn_format_double(value, out);
    cr_assert(length < TN_NUMBER_TEXT_SIZE && out[length] == '\0');
    cr_assert(strtod(out, NULL) == value, "seed %" PRIu64 ": %a gave %s", seed, value, out);
}

static void check_shortest(double value, uint64_t seed) {
    char out[TN_NUMBER_TEXT_SIZE];
    tn_format_double(value, out);
    cr_assert(!could_be_shorter(value, digits_of(out), false), "seed %" PRIu64 ": %a gave %s", seed,
              value, out);
}

Test(format_double, reads_back_and_is_shortest_for_random_bits_and_random_amounts) {
    const uint64_t seed = 2;
    tn_rng rng;
    tn_rng_init(&rng, seed);
    for (int i = 0; i < 1000000; i++) {
        const uint64_t bits = tn_rng_u64(&rng);
        double value = 0;
        memcpy(&value, &bits, sizeof value);
        const int kind = i % 4;
        if (kind == 1) value = tn_rng_unit(&rng);
        if (kind == 2) value = (double)tn_rng_below(&rng, 10000000) / 100;
        if (kind == 3) value = ldexp(tn_rng_unit(&rng), (int)tn_rng_below(&rng, 90) - 25);
        if (isfinite(value)) check_double(value, seed);
        if (isfinite(value) && i / 4 % 4 == 0) check_shortest(value, seed);
    }
}

Test(format_double, every_power_of_two_and_of_ten_and_their_neighbours_read_back) {
    for (int e = -1074; e < 1024; e++) {
        const double power = ldexp(1, e);
        check_double(power, 0);
        check_double(nextafter(power, 0), 0);
        check_shortest(power, 0);
        check_shortest(nextafter(power, 0), 0);
        check_double(nextafter(power, HUGE_VAL) < HUGE_VAL ? nextafter(power, HUGE_VAL) : 1, 0);
    }
    for (int e = -323; e <= 308; e++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", e);
        const double power = strtod(text, NULL);
        check_double(power, 0);
        check_double(nextafter(power, 0), 0);
        check_shortest(power, 0);
        check_shortest(nextafter(power, 0), 0);
        check_double(nextafter(power, HUGE_VAL), 0);
    }
}

Test(format_double, of_two_shortest_texts_takes_the_nearer) {
    tn_rng rng;
    const uint64_t seed = 9;
    tn_rng_init(&rng, seed);
    for (int i = 0; i < 200000; i++) {
        const double value = ldexp(1 + tn_rng_unit(&rng), (int)tn_rng_below(&rng, 60) - 15);
        char out[TN_NUMBER_TEXT_SIZE];
        char nearest[64];
        tn_format_double(value, out);
        const int digits = digits_of(out);
        snprintf(nearest, sizeof nearest, "%.*e", digits - 1, value);
        const long double got = strtold(out, NULL);
        const long double best = strtold(nearest, NULL);
        cr_assert(fabsl(got - (long double)value) <= fabsl(best - (long double)value) * 1.0000001L,
                  "seed %" PRIu64 ": %s but %s is nearer", seed, out, nearest);
    }
}

Test(format_float, reads_back_and_is_shortest_for_random_bits) {
    const uint64_t seed = 3;
    tn_rng rng;
    tn_rng_init(&rng, seed);
    for (int i = 0; i < 1000000; i++) {
        const uint32_t bits = (uint32_t)tn_rng_u64(&rng);
        float value = 0;
        memcpy(&value, &bits, sizeof value);
        if (i % 2 == 1) value = (float)tn_rng_unit(&rng) * 1000;
        if (!isfinite(value)) continue;
        char out[TN_NUMBER_TEXT_SIZE];
        tn_format_float(value, out);
        cr_assert(strtof(out, NULL) == value, "seed %" PRIu64 ": %a gave %s", seed, (double)value,
                  out);
        cr_assert(i / 2 % 4 != 0 || !could_be_shorter((double)value, digits_of(out), true),
                  "seed %" PRIu64 ": %s", seed, out);
    }
}

Test(format_float, writes_what_the_float_means) {
    char out[TN_NUMBER_TEXT_SIZE];
    tn_format_float(0.1f, out);
    cr_assert_str_eq(out, "0.1");
    tn_format_float(-0.0f, out);
    cr_assert_str_eq(out, "0");
    tn_format_float(16777216.0f, out);
    cr_assert_str_eq(out, "16777216");
    tn_format_float(3.4028235e38f, out);
    cr_assert_str_eq(out, "3.4028235e+38");
    tn_format_float(1.4e-45f, out);
    cr_assert_str_eq(out, "1e-45");
}

Test(number, the_locale_has_no_say) {
    static const char *const candidates[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    const char *found = NULL;
    for (size_t i = 0; i < 4 && found == NULL; i++)
        found = setlocale(LC_ALL, candidates[i]);
    if (found == NULL) cr_skip_test("no locale with a decimal comma is installed");
    double value = 0;
    cr_assert(parses("1.2345678901234567890123", &value) && value == 1.2345678901234567890123);
    cr_assert(!parses("1,5", &value));
    assert_format(0x1p-44, "5.684341886080802e-14");
    assert_format(1e300, "1e+300");
}
