/* number.c: decimal text to double and back, without the locale and always exactly.
 *
 * Reading: up to 19 significant digits are gathered in an integer. When it and the power of ten are
 * both exact doubles, one multiplication or division rounds once, so it is right (Clinger 1990).
 * More digits with a small exponent are converted in 128 bits. Everything else goes to strtod.
 *
 * Writing the shortest text: money and other short decimals are found by trial, m = round(v 10^k)
 * with m / 10^k == v, which is a proof while m < 10^15. Otherwise, in the middle range of
 * exponents, the interval of decimals that read back as v is computed exactly in 128 bits, and the
 * roundest member nearest to v is taken. Outside of it, printf and strtod are asked in turn. */
#include "base/number.h"

#include "base/assert.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

enum { EXACT_POWER_MAX = 22, DIGITS_MAX = 19, SIGNIFICANT_MAX = 800, EXPONENT_CAP = 100000 };

static const double exact_powers[EXACT_POWER_MAX + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static const uint64_t integer_powers[DIGITS_MAX + 1] = {1ull,
                                                        10ull,
                                                        100ull,
                                                        1000ull,
                                                        10000ull,
                                                        100000ull,
                                                        1000000ull,
                                                        10000000ull,
                                                        100000000ull,
                                                        1000000000ull,
                                                        10000000000ull,
                                                        100000000000ull,
                                                        1000000000000ull,
                                                        10000000000000ull,
                                                        100000000000000ull,
                                                        1000000000000000ull,
                                                        10000000000000000ull,
                                                        100000000000000000ull,
                                                        1000000000000000000ull,
                                                        10000000000000000000ull};

/* The parts of a decimal text. */
typedef struct decimal {
    bool is_negative;
    uint64_t digits;   /* the first DIGITS_MAX significant ones */
    int digit_count;   /* of them */
    bool is_cut;       /* more digits followed */
    int64_t exponent;  /* of ten, for `digits` */
    const char *first; /* of the text of the digits, sign apart */
    const char *end;   /* of that text, the exponent apart */
    int64_t written;   /* the exponent as it stands */
} decimal;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static const char *scan_digits(const char *at, const char *end, bool is_fraction, decimal *out) {
    for (; at < end && is_digit(*at); at++) {
        if (out->digit_count < DIGITS_MAX) {
            out->digits = out->digits * 10 + (uint64_t)(*at - '0');
            out->digit_count += out->digits != 0;
            out->exponent -= is_fraction;
        } else {
            out->is_cut = true;
            out->exponent += !is_fraction;
        }
    }
    return at;
}

static const char *scan_exponent(const char *at, const char *end, decimal *out) {
    bool is_negative = false;
    if (at < end && (*at == '+' || *at == '-')) is_negative = *at++ == '-';
    if (at == end || !is_digit(*at)) return NULL;
    int64_t value = 0;
    for (; at < end && is_digit(*at); at++) {
        if (value < EXPONENT_CAP) value = value * 10 + (*at - '0');
    }
    out->written = is_negative ? -value : value;
    return at;
}

static bool scan_decimal(tn_str text, decimal *out) {
    *out = (decimal){0};
    const char *at = text.data;
    if (text.size == 0) return false;
    const char *end = text.data + text.size;
    if (*at == '+' || *at == '-') out->is_negative = *at++ == '-';
    out->first = at;
    at = scan_digits(at, end, false, out);
    if (at == out->first) return false;
    if (at < end && *at == '.') {
        const char *fraction = ++at;
        at = scan_digits(at, end, true, out);
        if (at == fraction) return false;
    }
    out->end = at;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at = scan_exponent(at + 1, end, out);
        if (at == NULL) return false;
        out->exponent += out->written;
    }
    return at == end;
}

/* digits × 10^exponent for exponents of at most DIGITS_MAX, rounded once. A product fits in 128
 * bits. A quotient is taken to at least 64 bits, and its last bit says whether anything remained,
 * so that the conversion to double rounds as if it saw all of it. */
static double convert_wide(uint64_t digits, int exponent) {
    if (exponent >= 0) return (double)((wide)digits * integer_powers[exponent]);
    const uint64_t divisor = integer_powers[-exponent];
    const int shift = __builtin_clzll(digits);
    const wide numerator = (wide)(digits << shift) << 64;
    wide quotient = numerator / divisor;
    if (quotient * divisor != numerator) quotient |= 1;
    return ldexp((double)quotient, -(shift + 64));
}

/* Hands the significant digits to strtod, without a decimal point, so that the locale has no say.
 * No double needs more than 767 of them, so digits past SIGNIFICANT_MAX count only by being there:
 * one 1 stands for all. */
static double convert_slowly(const decimal *number) {
    char text[SIGNIFICANT_MAX + 32];
    size_t length = 0;
    int64_t exponent = number->written;
    bool is_fraction = false;
    bool is_more = false;
    for (const char *at = number->first; at < number->end; at++) {
        if (*at == '.') {
            is_fraction = true;
            continue;
        }
        exponent -= is_fraction;
        if (length == 0 && *at == '0') continue;
        if (length < SIGNIFICANT_MAX) {
            text[length++] = *at;
        } else {
            is_more = is_more || *at != '0';
            exponent++;
        }
    }
    if (is_more) {
        text[length++] = '1';
        exponent--;
    }
    if (exponent > EXPONENT_CAP) exponent = EXPONENT_CAP;
    if (exponent < -EXPONENT_CAP) exponent = -EXPONENT_CAP;
    snprintf(text + length, sizeof text - length, "e%d", (int)exponent);
    return strtod(text, NULL);
}

bool tn_parse_double(tn_str text, double *out) {
    decimal number;
    if (!scan_decimal(text, &number)) return false;
    double value = 0;
    if (number.digits == 0 && !number.is_cut) {
        *out = 0;
        return true;
    }
    if (!number.is_cut && number.digits <= 1ull << 53 && number.exponent >= -EXACT_POWER_MAX &&
        number.exponent <= EXACT_POWER_MAX) {
        const double digits = (double)number.digits;
        value = number.exponent < 0 ? digits / exact_powers[-number.exponent]
                                    : digits * exact_powers[number.exponent];
    } else if (!number.is_cut && number.exponent >= -DIGITS_MAX && number.exponent <= DIGITS_MAX) {
        value = convert_wide(number.digits, (int)number.exponent);
    } else {
        value = convert_slowly(&number);
        if (isinf(value)) return false;
    }
    *out = number.is_negative && value != 0 ? -value : value;
    return true;
}

bool tn_parse_int64(tn_str text, int64_t *out) {
    const char *at = text.data;
    if (text.size == 0) return false;
    const char *end = text.data + text.size;
    bool is_negative = false;
    if (*at == '+' || *at == '-') is_negative = *at++ == '-';
    if (at == end) return false;
    int64_t value = 0;
    for (; at < end; at++) {
        if (!is_digit(*at)) return false;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *at - '0', &value))
            return false;
    }
    *out = is_negative ? -value : value;
    return true;
}

/* A number as digits × 10^exponent. */
typedef struct shortest {
    uint64_t digits;
    int exponent;
} shortest;

static size_t put_digits(char *out, uint64_t digits) {
    char reversed[24];
    size_t count = 0;
    do {
        reversed[count++] = (char)('0' + digits % 10);
        digits /= 10;
    } while (digits != 0);
    for (size_t i = 0; i < count; i++)
        out[i] = reversed[count - 1 - i];
    return count;
}

/* 0.00123: zeros stand between the point and the digits. */
static size_t put_fraction(char *out, const char *digits, size_t count, int point) {
    size_t length = 0;
    out[length++] = '0';
    out[length++] = '.';
    for (int i = 0; i < -point; i++)
        out[length++] = '0';
    memcpy(out + length, digits, count);
    return length + count;
}

static size_t put_scientific(char *out, const char *digits, size_t count, int exponent) {
    size_t length = 0;
    out[length++] = digits[0];
    if (count > 1) {
        out[length++] = '.';
        memcpy(out + length, digits + 1, count - 1);
        length += count - 1;
    }
    out[length++] = 'e';
    out[length++] = exponent < 0 ? '-' : '+';
    return length + put_digits(out + length, (uint64_t)(exponent < 0 ? -exponent : exponent));
}

static size_t put_shortest(shortest number, bool is_negative, char *out) {
    while (number.digits != 0 && number.digits % 10 == 0) {
        number.digits /= 10;
        number.exponent++;
    }
    char digits[24];
    const size_t count = put_digits(digits, number.digits);
    const int point = (int)count + number.exponent; /* digits before the point */
    size_t length = 0;
    if (is_negative) out[length++] = '-';
    if (point > 21 || point < -4) {
        length += put_scientific(out + length, digits, count, point - 1);
    } else if (point <= 0) {
        length += put_fraction(out + length, digits, count, point);
    } else if (number.exponent >= 0) {
        memcpy(out + length, digits, count);
        memset(out + length + count, '0', (size_t)number.exponent);
        length += (size_t)point;
    } else {
        memcpy(out + length, digits, (size_t)point);
        out[length + (size_t)point] = '.';
        memcpy(out + length + point + 1, digits + point, count - (size_t)point);
        length += count + 1;
    }
    out[length] = '\0';
    return length;
}

/* The roundest, then nearest, decimal of [low, high] in units of 10^-k, where the value is
 * numerator / 2^shift in the same units. */
static uint64_t roundest(uint64_t low, uint64_t high, wide numerator, unsigned shift) {
    uint64_t step = 1;
    while (high / (step * 10) * (step * 10) >= low)
        step *= 10;
    const uint64_t below = (uint64_t)(numerator >> shift) / step * step;
    const uint64_t above = below + step;
    if (below < low) return above;
    if (above > high) return below;
    const wide from_below = numerator - ((wide)below << shift);
    const wide from_above = ((wide)above << shift) - numerator;
    if (from_below != from_above) return from_below < from_above ? below : above;
    return below / step % 2 == 0 ? below : above;
}

/* 10^k for k up to EXACT_POWER_MAX. */
static wide wide_power(int k) {
    if (k <= DIGITS_MAX) return integer_powers[k];
    return (wide)integer_powers[DIGITS_MAX] * integer_powers[k - DIGITS_MAX];
}

/* The shortest decimal for `value`, which is mantissa × 2^exponent, exact in 128 bits; false
 * outside the range where that holds, and for powers of two, whose neighbours are not equally far.
 * `digits_max` digits always suffice for the format. */
static bool shortest_exact(double value, uint64_t mantissa, int exponent, int digits_max,
                           shortest *out) {
    const int shift = 1 - exponent;
    if (shift < 1 || shift > 126 || (mantissa & (mantissa - 1)) == 0) return false;
    if (value >= exact_powers[digits_max] || value < 1e-6) return false;
    int k = 0;
    while (k < EXACT_POWER_MAX && value * exact_powers[k] < exact_powers[digits_max - 1])
        k++;
    const wide power = wide_power(k);
    const wide middle = 2 * (wide)mantissa * power;
    const wide low = middle - power;
    const wide high = middle + power;
    const bool takes_ends = mantissa % 2 == 0;
    uint64_t first = (uint64_t)(low >> shift);
    if (((wide)first << shift) != low || !takes_ends) first++;
    uint64_t last = (uint64_t)(high >> shift);
    if (((wide)last << shift) == high && !takes_ends) last--;
    if (first > last) return false;
    out->digits = roundest(first, last, middle, (unsigned)shift);
    out->exponent = -k;
    return true;
}

/* Reads the digits of printf's "%.*e" back. */
static shortest scan_scientific(const char *text) {
    shortest number = {0};
    const char *at = text;
    for (; *at != 'e' && *at != '\0'; at++) {
        if (!is_digit(*at)) continue;
        number.digits = number.digits * 10 + (uint64_t)(*at - '0');
        number.exponent -= at > text;
    }
    number.exponent += atoi(at + 1);
    return number;
}

static bool reads_back(shortest number, double value, bool is_float) {
    char text[48];
    snprintf(text, sizeof text, "%" PRIu64 "e%d", number.digits, number.exponent);
    return is_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
}

/* For the ends of the range and powers of two, which reach further up than down: the decimal above
 * the nearest one may read back where the nearest does not. Decimals of up to DBL_DIG (FLT_DIG)
 * digits survive the way there and back, so that many digits, less zeros at the end, are the start.
 */
static shortest shortest_by_trial(double value, bool is_float) {
    const int precision_max = is_float ? 8 : 16;
    const bool is_normal = value >= (is_float ? (double)FLT_MIN : DBL_MIN);
    int precision = 0;
    if (is_normal) precision = (is_float ? FLT_DIG : DBL_DIG) - 1;
    shortest number = {0};
    for (; precision <= precision_max; precision++) {
        char text[48];
        snprintf(text, sizeof text, "%.*e", precision, value);
        number = scan_scientific(text);
        if (reads_back(number, value, is_float)) break;
        const shortest above = {.digits = number.digits + 1, .exponent = number.exponent};
        if (!reads_back(above, value, is_float)) continue;
        number = above;
        break;
    }
    return number;
}

/* Decimals of at most 15 digits with at most four behind the point: money, ratios, whole numbers.
 */
static bool shortest_quick(double value, shortest *out) {
    if (value >= 1e10 && value != floor(value)) return false;
    if (value >= 1e15) return false;
    for (int k = 0; k <= 4; k++) {
        const double scaled = floor(value * exact_powers[k] + 0.5);
        if (scaled / exact_powers[k] == value) {
            *out = (shortest){.digits = (uint64_t)scaled, .exponent = -k};
            return true;
        }
    }
    return false;
}

size_t tn_format_double(double value, char out[TN_NUMBER_TEXT_SIZE]) {
    TN_ASSERT(isfinite(value));
    const double magnitude = fabs(value);
    const bool is_negative = value < 0;
    shortest number = {0};
    if (shortest_quick(magnitude, &number)) return put_shortest(number, is_negative, out);
    uint64_t bits = 0;
    memcpy(&bits, &magnitude, sizeof bits);
    const int exponent = (int)(bits >> 52);
    const uint64_t mantissa = (bits & ((1ull << 52) - 1)) | 1ull << 52;
    if (exponent == 0 || !shortest_exact(magnitude, mantissa, exponent - 1075, 17, &number))
        number = shortest_by_trial(magnitude, false);
    return put_shortest(number, is_negative, out);
}

size_t tn_format_float(float value, char out[TN_NUMBER_TEXT_SIZE]) {
    TN_ASSERT(isfinite(value));
    const float magnitude = fabsf(value);
    const bool is_negative = value < 0;
    shortest number = {0};
    if (magnitude < 16777216.0f && magnitude == floorf(magnitude)) {
        number.digits = (uint64_t)magnitude;
        return put_shortest(number, is_negative, out);
    }
    uint32_t bits = 0;
    memcpy(&bits, &magnitude, sizeof bits);
    const int exponent = (int)(bits >> 23);
    const uint64_t mantissa = (bits & ((1u << 23) - 1)) | 1u << 23;
    if (exponent == 0 || !shortest_exact((double)magnitude, mantissa, exponent - 150, 9, &number))
        number = shortest_by_trial((double)magnitude, true);
    return put_shortest(number, is_negative, out);
}
