/* figures.h: numbers as people read them. Each function returns its text by value, to be used
 * inside one expression: printf("%s", tn_figure_count(n).text). */
#ifndef TN_TOOLS_FIGURES_H
#define TN_TOOLS_FIGURES_H

#include <stdint.h>

typedef struct tn_figure {
    char text[64];
} tn_figure;

tn_figure tn_figure_count(uint64_t count);                      /* 1,234,567 */
tn_figure tn_figure_decimal(double value, unsigned decimals);   /* 1,234.50 */
tn_figure tn_figure_money(double value);                        /* 12.50, 1,234 */
tn_figure tn_figure_short(double value);                        /* 12.50, 1,234, 56.7 k, 8.91 M */
tn_figure tn_figure_percent(double share);                      /* 41.0 of .41; – for NaN */
tn_figure tn_figure_share(double share);                        /* 41.0 % of .41; – for NaN */
tn_figure tn_figure_signed_share(double share);                 /* +4.1 % */
tn_figure tn_figure_seconds(double seconds);                    /* 12 ms, 3.42 s */
tn_figure tn_figure_significant(double value, unsigned digits); /* 0.2426, 4.414, 1.2e-07 */

#endif
