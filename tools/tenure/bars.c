/* bars.c: bars in eighths of a character. */
#include "bars.h"

#include <math.h>
#include <stdio.h>

tn_bar tn_bar_of(double share, unsigned width) {
    static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    tn_bar out = {{0}};
    if (!(share > 0)) return out;
    if (width > TN_BAR_WIDTH_MAX) width = TN_BAR_WIDTH_MAX;
    unsigned eighths = (unsigned)lround(fmin(share, 1) * 8 * width);
    if (eighths == 0) eighths = 1;
    size_t used = 0;
    for (; eighths >= 8; eighths -= 8)
        used += (size_t)snprintf(out.text + used, sizeof out.text - used, "█");
    snprintf(out.text + used, sizeof out.text - used, "%s", parts[eighths]);
    return out;
}
