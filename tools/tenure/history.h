/* history.h: the transaction days of all customers, cut at a day: what a model may learn from, and
 * what came after, to hold against its predictions. */
#ifndef TN_TOOLS_HISTORY_H
#define TN_TOOLS_HISTORY_H

#include <tenure/engine.h>

/* What a customer did after the cut. */
typedef struct tn_later {
    uint32_t days; /* transaction days */
    double value;  /* money */
} tn_later;

typedef struct tn_history {
    int32_t until_day;    /* the cut: the last day that is learned from */
    double days_per_unit; /* 7: weeks, 1: days */
    tn_summary *learned;  /* a customer each, of those seen by then, in no order */
    tn_later *later;      /* the same customers */
    size_t count;         /* customers */
    size_t learned_capacity, later_capacity;
    bool out_of_memory;
} tn_history;

/* First and last transaction day of anybody; false when there is none. */
tn_status tn_history_span(const tn_engine *engine, int32_t *first_day, int32_t *last_day,
                          bool *has_any, tn_error *error) TN_MUST_CHECK;
/* The engine keeps day values. t_x and T are in units, as of the end of `until_day`. */
tn_status tn_history_split(tn_history *history, const tn_engine *engine, int32_t until_day,
                           double days_per_unit, tn_error *error) TN_MUST_CHECK;
void tn_history_deinit(tn_history *history);

#endif
