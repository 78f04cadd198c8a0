/* number.h: numbers to and from text, independent of the locale, exactly rounded. */
#ifndef TN_BASE_NUMBER_H
#define TN_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tenure/types.h>

enum { TN_NUMBER_TEXT_SIZE = 32 };

/* The whole text as a decimal number ([+-]digits[.digits][e[+-]digits]); no blanks, no hex, no inf
 * or nan, no overflow. -0 becomes 0. */
bool tn_parse_double(tn_str text, double *out);
/* The whole text as a decimal integer of at most 63 bits. */
bool tn_parse_int64(tn_str text, int64_t *out);
/* The shortest decimal that reads back as the same double (float); -0 as 0; plain digits for
 * exponents from -5 to 20, otherwise like 1.5e+30. NUL-terminated; returns the length. The value is
 * finite. */
size_t tn_format_double(double value, char out[TN_NUMBER_TEXT_SIZE]);
size_t tn_format_float(float value, char out[TN_NUMBER_TEXT_SIZE]);

#endif
