/* figures.c: numbers with separators of thousands and units. */
#include "figures.h"

#include "base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Puts a comma before every third digit of the whole part. */
static tn_figure with_separators(const char *digits) {
    tn_figure out = {{0}};
    size_t used = 0;
    if (*digits == '-') out.text[used++] = *digits++;
    size_t whole = strspn(digits, "0123456789");
    for (; whole > 0 && used + 2 < sizeof out.text; digits++) {
        out.text[used++] = *digits;
        if (--whole > 0 && whole % 3 == 0) out.text[used++] = ',';
    }
    snprintf(out.text + used, sizeof out.text - used, "%s", digits);
    return out;
}

tn_figure tn_figure_count(uint64_t count) {
    char digits[32];
    snprintf(digits, sizeof digits, "%" PRIu64, count);
    return with_separators(digits);
}

tn_figure tn_figure_decimal(double value, unsigned decimals) {
    char digits[400];
    snprintf(digits, sizeof digits, "%.*f", (int)decimals, value);
    if (strspn(digits, "-0.") == strlen(digits) && digits[0] == '-') digits[0] = '0';
    return with_separators(digits[0] == '0' && digits[1] == '0' ? digits + 1 : digits);
}

tn_figure tn_figure_money(double value) {
    return tn_figure_decimal(value, fabs(value) < 999.995 ? 2 : 0);
}

tn_figure tn_figure_short(double value) {
    static const char *const units[] = {" k", " M", " G", " T", " P"};
    if (fabs(value) < 9999.5) return tn_figure_money(value);
    size_t unit = 0;
    for (value /= 1e3; fabs(value) >= 999.95 && unit < 4; unit++)
        value /= 1e3;
    tn_figure out;
    const int decimals = fabs(value) < 9.995 ? 2 : 1;
    snprintf(out.text, sizeof out.text, "%.*f%s", decimals, value, units[unit]);
    return out;
}

tn_figure tn_figure_percent(double share) {
    tn_figure out = {"–"};
    if (!isnan(share)) snprintf(out.text, sizeof out.text, "%.1f", 100 * share);
    return out;
}

tn_figure tn_figure_share(double share) {
    tn_figure out = {"–"};
    if (!isnan(share)) snprintf(out.text, sizeof out.text, "%.1f %%", 100 * share);
    return out;
}

tn_figure tn_figure_signed_share(double share) {
    tn_figure out = {"–"};
    if (!isnan(share)) snprintf(out.text, sizeof out.text, "%+.1f %%", 100 * share);
    return out;
}

tn_figure tn_figure_seconds(double seconds) {
    tn_figure out;
    if (seconds < 1)
        snprintf(out.text, sizeof out.text, "%.*f ms", seconds < 0.01 ? 1 : 0, 1e3 * seconds);
    else
        snprintf(out.text, sizeof out.text, "%.2f s", seconds);
    return out;
}

tn_figure tn_figure_significant(double value, unsigned digits) {
    tn_figure out;
    snprintf(out.text, sizeof out.text, "%.*g", (int)digits, value);
    return out;
}
