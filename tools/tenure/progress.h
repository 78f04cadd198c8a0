/* progress.h: a progress bar on stderr, on a terminal only, for work that lasts over a second. */
#ifndef TN_TOOLS_PROGRESS_H
#define TN_TOOLS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct tn_progress {
    const char *what; /* "transactions.csv", borrowed */
    uint64_t started_ns, drawn_ns;
    bool is_terminal;
    bool is_drawn;
} tn_progress;

void tn_progress_start(tn_progress *progress, const char *what);
/* `total` 0: unknown. */
void tn_progress_update(tn_progress *progress, uint64_t done, uint64_t total);
/* Wipes the bar. Returns the seconds since the start. */
double tn_progress_stop(tn_progress *progress);

#endif
