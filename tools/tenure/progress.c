/* progress.c: the bar of one piece of work. */
#include "progress.h"

#include "bars.h"
#include "base/clock.h"
#include "figures.h"
#include "text_table.h"

#include <stdio.h>
#include <unistd.h>

static const uint64_t first_after_ns = 1000000000, redraw_after_ns = 100000000;
enum { BAR_WIDTH = 30 };

static void draw_bar(const char *what, double share) {
    const tn_bar bar = tn_bar_of(share, BAR_WIDTH);
    const int pad = BAR_WIDTH - (int)tn_text_width(tn_str_of(bar.text));
    fprintf(stderr, "\r\033[K%s  %s%*s %3.0f %%", what, bar.text, pad, "", 100 * share);
}

void tn_progress_start(tn_progress *progress, const char *what) {
    *progress = (tn_progress){.what = what,
                              .started_ns = tn_clock_monotonic_ns(),
                              .is_terminal = isatty(STDERR_FILENO) == 1};
}

void tn_progress_update(tn_progress *progress, uint64_t done, uint64_t total) {
    if (!progress->is_terminal) return;
    const uint64_t now = tn_clock_monotonic_ns();
    if (now - progress->started_ns < first_after_ns) return;
    if (now - progress->drawn_ns < redraw_after_ns) return;
    progress->drawn_ns = now;
    progress->is_drawn = true;
    const double share = total == 0 ? 0 : (double)done / (double)total;
    if (total == 0)
        fprintf(stderr, "\r\033[K%s  %s", progress->what, tn_figure_count(done).text);
    else
        draw_bar(progress->what, share);
    fflush(stderr);
}

double tn_progress_stop(tn_progress *progress) {
    if (progress->is_drawn) fputs("\r\033[K", stderr);
    progress->is_drawn = false;
    return (double)(tn_clock_monotonic_ns() - progress->started_ns) * 1e-9;
}
