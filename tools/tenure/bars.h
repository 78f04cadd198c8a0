/* bars.h: small horizontal bars of UTF-8 block characters. */
#ifndef TN_TOOLS_BARS_H
#define TN_TOOLS_BARS_H

enum { TN_BAR_WIDTH_MAX = 40 };

typedef struct tn_bar {
    char text[3 * TN_BAR_WIDTH_MAX + 1];
} tn_bar;

/* A bar over `share` (0 to 1) of `width` characters, in eighths; anything above 0 shows. */
tn_bar tn_bar_of(double share, unsigned width);

#endif
