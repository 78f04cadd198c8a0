/* report.h: the report of `score`: collected from a scored base, then printed for people or as one
 * JSON object. */
#ifndef TN_TOOLS_REPORT_H
#define TN_TOOLS_REPORT_H

#include "base/arena.h"
#include "fixed.h"
#include "inputs.h"
#include "trust.h"

#include <tenure/limits.h>

enum { TN_REPORT_BEST = 5, TN_REPORT_TENTHS = 10 };

/* Customers that share a stage, an RFM segment or a segment. */
typedef struct tn_report_group {
    tn_str name, label; /* the label is empty when it is the name */
    bool is_exit;       /* of a stage: off the ladder */
    uint64_t count;
    tn_total value; /* CLV of those who have one */
} tn_report_group;

/* The groups of one column of levels: a stage model, or the RFM segments. */
typedef struct tn_report_levels {
    const tn_column_info *column;
    tn_report_group *groups; /* level_count, and a last one for null */
    size_t group_count;
} tn_report_levels;

typedef struct tn_report_best {
    char id[TN_ID_SIZE_MAX + 1];
    size_t id_size;
    double rank; /* what they are ranked by */
    double value, p_alive, purchases, spend;
    char stage[TN_NAME_SIZE_MAX * 2];
} tn_report_best;

typedef struct tn_report {
    const tn_inputs *inputs;
    tn_arena arena;
    uint64_t customers;
    /* what is the base worth */
    tn_total value; /* of the customers with a CLV */
    double median;
    double tenths[TN_REPORT_TENTHS]; /* total value of each tenth, the best first */
    /* where are they */
    tn_report_levels *stages;
    size_t stage_count;
    tn_report_levels *rfm; /* NULL: the model has none */
    tn_report_group *segments;
    size_t segment_count;
    /* who is best: by CLV, without one by the first score; ties by id */
    tn_report_best best[TN_REPORT_BEST];
    size_t best_count;
    const tn_column_info *ranked_by; /* NULL: nothing to rank by */
    tn_explanation *explanation;     /* of the best customer; may be NULL */
    tn_trust trust;
    tn_buffer warnings; /* a line each */
    double seconds;
    tn_engine_stats stats;
    /* rows written by --out */
    const char *rows_path; /* NULL: none */
    uint64_t rows_written;
    double rows_seconds;
} tn_report;

/* `holdout_day`: see tn_trust_test. */
tn_status tn_report_collect(tn_report *report, const tn_inputs *inputs, int32_t holdout_day,
                            tn_error *error) TN_MUST_CHECK;
void tn_report_deinit(tn_report *report);

void tn_report_append_text(const tn_report *report, tn_buffer *out);
tn_status tn_report_append_json(const tn_report *report, tn_buffer *out,
                                tn_error *error) TN_MUST_CHECK;

/* Customers now in level `i` of a stage model or in a later one of its ladder. */
uint64_t tn_report_reached(const tn_report_levels *levels, size_t i);

#endif
