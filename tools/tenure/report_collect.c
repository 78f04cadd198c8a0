/* report_collect.c: one scan of the base, adding up.
 *
 * The columns of the scan: the CLV, P(alive), purchases and spend (or a score to rank by), then the
 * stage models, the RFM segment, the segments. */
#include "report.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"
#include "cli.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct collector {
    tn_report *report;
    tn_column_ref *columns;
    size_t count;
    int value_at, alive_at, purchases_at, spend_at; /* places in `columns`; -1: not there */
    int rank_at;
    size_t stages_at, rfm_at, segments_at;
    double *values; /* every CLV */
    size_t value_count, value_capacity;
    bool out_of_memory;
} collector;

static bool has_prefix(tn_str name, const char *prefix) {
    const size_t size = strlen(prefix);
    return name.size > size && memcmp(name.data, prefix, size) == 0;
}

static int add_column(collector *scan, size_t index) {
    scan->columns[scan->count] = tn_engine_column_derived(scan->report->inputs->engine, index);
    return (int)scan->count++;
}

static int find_column(collector *scan, const char *name) {
    const tn_engine_info *info = scan->report->inputs->info;
    for (size_t i = 0; i < info->column_count; i++) {
        if (tn_str_is(info->columns[i].name, name)) return add_column(scan, i);
    }
    return -1;
}

/* ---- groups ---- */

static tn_str label_of(tn_str label, tn_str name) {
    return tn_str_equal(label, name) ? (tn_str){"", 0} : label;
}

static tn_str without_prefix(tn_str name) {
    const char *dot = memchr(name.data, '.', name.size);
    if (dot == NULL) return name;
    const size_t skip = (size_t)(dot - name.data) + 1;
    return (tn_str){name.data + skip, name.size - skip};
}

static tn_status levels_init(tn_report *report, tn_report_levels *levels,
                             const tn_column_info *column, tn_error *error) {
    levels->column = column;
    levels->group_count = column->level_count + 1;
    levels->groups = tn_arena_array(&report->arena, levels->group_count, sizeof *levels->groups);
    if (levels->groups == NULL) return tn_fail_memory(error);
    for (size_t i = 0; i < column->level_count; i++) {
        levels->groups[i].name = column->levels[i];
        levels->groups[i].is_exit = i >= column->ladder_count;
    }
    levels->groups[column->level_count].name = tn_str_of("(none)");
    levels->groups[column->level_count].is_exit = true;
    return TN_OK;
}

static tn_status add_stages(collector *scan, tn_error *error) {
    tn_report *report = scan->report;
    const tn_engine_info *info = report->inputs->info;
    scan->stages_at = scan->count;
    report->stages = tn_arena_array(&report->arena, TN_STAGE_MODELS_MAX, sizeof *report->stages);
    if (report->stages == NULL) return tn_fail_memory(error);
    for (size_t i = 0; i < info->column_count; i++) {
        const tn_column_info *column = &info->columns[i];
        if (!has_prefix(column->name, "stage.") || column->type != TN_TYPE_LEVEL) continue;
        add_column(scan, i);
        TN_TRY(levels_init(report, &report->stages[report->stage_count++], column, error));
    }
    return TN_OK;
}

static tn_status add_rfm(collector *scan, tn_error *error) {
    tn_report *report = scan->report;
    const tn_engine_info *info = report->inputs->info;
    scan->rfm_at = scan->count;
    for (size_t i = 0; i < info->column_count; i++) {
        const tn_column_info *column = &info->columns[i];
        if (!tn_str_is(column->name, "rfm.segment") || column->type != TN_TYPE_LEVEL) continue;
        add_column(scan, i);
        report->rfm = tn_arena_array(&report->arena, 1, sizeof *report->rfm);
        if (report->rfm == NULL) return tn_fail_memory(error);
        return levels_init(report, report->rfm, column, error);
    }
    return TN_OK;
}

static tn_status add_segments(collector *scan, tn_error *error) {
    tn_report *report = scan->report;
    const tn_engine_info *info = report->inputs->info;
    scan->segments_at = scan->count;
    report->segments =
        tn_arena_array(&report->arena, info->column_count + 1, sizeof *report->segments);
    if (report->segments == NULL) return tn_fail_memory(error);
    for (size_t i = 0; i < info->column_count; i++) {
        const tn_column_info *column = &info->columns[i];
        if (!has_prefix(column->name, "segment.")) continue;
        add_column(scan, i);
        tn_report_group *group = &report->segments[report->segment_count++];
        group->name = without_prefix(column->name);
        group->label = label_of(column->label, group->name);
    }
    return TN_OK;
}

static void choose_rank(collector *scan) {
    const tn_engine_info *info = scan->report->inputs->info;
    scan->rank_at = scan->value_at;
    for (size_t i = 0; i < info->column_count; i++) {
        const tn_column_info *column = &info->columns[i];
        const bool is_value = tn_str_is(column->name, "clv.value");
        if (scan->value_at >= 0 ? !is_value : !has_prefix(column->name, "score.")) continue;
        if (scan->value_at < 0) scan->rank_at = add_column(scan, i);
        scan->report->ranked_by = column;
        return;
    }
}

static tn_status choose_columns(collector *scan, tn_error *error) {
    const tn_engine_info *info = scan->report->inputs->info;
    scan->columns =
        tn_arena_array(&scan->report->arena, info->column_count + 1, sizeof *scan->columns);
    if (scan->columns == NULL) return tn_fail_memory(error);
    scan->value_at = find_column(scan, "clv.value");
    scan->alive_at = find_column(scan, "clv.p_alive");
    scan->purchases_at = find_column(scan, "clv.expected_purchases");
    scan->spend_at = find_column(scan, "clv.expected_spend");
    choose_rank(scan);
    TN_TRY(add_stages(scan, error));
    TN_TRY(add_rfm(scan, error));
    return add_segments(scan, error);
}

/* ---- customers ---- */

/* The number at a place of the scan; NaN for null and for columns that are not there. */
static double number_at(const tn_value *values, int at) {
    return at < 0 || values[at].is_null ? (double)NAN : values[at].as.number;
}

static void group_add(tn_report_group *group, double value) {
    group->count++;
    if (!isnan(value)) tn_total_add(&group->value, value);
}

static void levels_add(tn_report_levels *levels, const tn_value *level, double value) {
    size_t i = levels->group_count - 1;
    for (size_t k = 0; !level->is_null && k + 1 < levels->group_count; k++) {
        if (!tn_str_equal(levels->groups[k].name, level->as.text)) continue;
        i = k;
        break;
    }
    group_add(&levels->groups[i], value);
}

static bool ranks_before(const tn_report_best *a, double rank, tn_str id) {
    if (a->rank != rank) return a->rank > rank;
    return tn_str_compare((tn_str){a->id, a->id_size}, id) < 0;
}

static void best_fill(tn_report_best *best, const collector *scan, tn_str id,
                      const tn_value *values) {
    *best = (tn_report_best){.id_size = id.size < TN_ID_SIZE_MAX ? id.size : TN_ID_SIZE_MAX,
                             .rank = number_at(values, scan->rank_at),
                             .value = number_at(values, scan->value_at),
                             .p_alive = number_at(values, scan->alive_at),
                             .purchases = number_at(values, scan->purchases_at),
                             .spend = number_at(values, scan->spend_at)};
    memcpy(best->id, id.data, best->id_size);
    const tn_value *stage = scan->report->stage_count == 0 ? NULL : &values[scan->stages_at];
    if (stage != NULL && !stage->is_null)
        snprintf(best->stage, sizeof best->stage, "%.*s", (int)stage->as.text.size,
                 stage->as.text.data);
}

static void best_add(collector *scan, tn_str id, const tn_value *values) {
    tn_report *report = scan->report;
    const double rank = number_at(values, scan->rank_at);
    if (isnan(rank)) return;
    size_t at = report->best_count;
    while (at > 0 && !ranks_before(&report->best[at - 1], rank, id))
        at--;
    if (at == TN_REPORT_BEST) return;
    if (report->best_count < TN_REPORT_BEST) report->best_count++;
    memmove(&report->best[at + 1], &report->best[at],
            (report->best_count - at - 1) * sizeof report->best[0]);
    best_fill(&report->best[at], scan, id, values);
}

static bool keep_value(collector *scan, double value) {
    if (!tn_array_reserve(NULL, (void **)&scan->values, &scan->value_capacity,
                          scan->value_count + 1, sizeof *scan->values)) {
        scan->out_of_memory = true;
        return false;
    }
    scan->values[scan->value_count++] = value;
    tn_total_add(&scan->report->value, value);
    return true;
}

static bool visit(void *context, tn_str id, const tn_value *values) {
    collector *scan = context;
    tn_report *report = scan->report;
    const double value = number_at(values, scan->value_at);
    report->customers++;
    if (!isnan(value) && !keep_value(scan, value)) return false;
    for (size_t i = 0; i < report->stage_count; i++)
        levels_add(&report->stages[i], &values[scan->stages_at + i], value);
    if (report->rfm != NULL) levels_add(report->rfm, &values[scan->rfm_at], value);
    for (size_t i = 0; i < report->segment_count; i++) {
        const tn_value *is_in = &values[scan->segments_at + i];
        if (!is_in->is_null && is_in->as.boolean) group_add(&report->segments[i], value);
    }
    best_add(scan, id, values);
    return true;
}

/* ---- worth ---- */

static int descending(const void *a, const void *b) {
    const double left = *(const double *)a;
    const double right = *(const double *)b;
    return (left < right) - (left > right);
}

static void rank_values(collector *scan) {
    tn_report *report = scan->report;
    const size_t n = scan->value_count;
    if (n == 0) return;
    qsort(scan->values, n, sizeof *scan->values, descending);
    report->median = (scan->values[(n - 1) / 2] + scan->values[n / 2]) / 2;
    for (size_t tenth = 0; tenth < TN_REPORT_TENTHS; tenth++) {
        tn_total total = {0};
        const size_t end = (tenth + 1) * n / TN_REPORT_TENTHS;
        for (size_t i = tenth * n / TN_REPORT_TENTHS; i < end; i++)
            tn_total_add(&total, scan->values[i]);
        report->tenths[tenth] = tn_total_value(&total);
    }
}

static tn_status scan_base(tn_report *report, tn_error *error) {
    collector scan = {.report = report};
    TN_TRY(choose_columns(&scan, error));
    const tn_scan request = {.columns = scan.columns, .column_count = scan.count};
    tn_status status = tn_engine_scan(report->inputs->engine, &request, visit, &scan, error);
    if (status == TN_OK && scan.out_of_memory) status = tn_fail_memory(error);
    if (status == TN_OK) rank_values(&scan);
    tn_free(NULL, scan.values, scan.value_capacity * sizeof *scan.values);
    return status;
}

/* ---- the rest ---- */

static tn_status explain_best(tn_report *report, tn_error *error) {
    if (report->best_count == 0) return TN_OK;
    const tn_str id = {report->best[0].id, report->best[0].id_size};
    return tn_engine_explain(report->inputs->engine, id, &report->explanation, error);
}

static tn_status test_trust(tn_report *report, int32_t holdout_day, tn_error *error) {
    if (report->inputs->info->has_clv)
        return tn_trust_test(report->inputs->engine, holdout_day, &report->trust, error);
    snprintf(report->trust.reason, sizeof report->trust.reason, "the model has no clv");
    return TN_OK;
}

tn_status tn_report_collect(tn_report *report, const tn_inputs *inputs, int32_t holdout_day,
                            tn_error *error) {
    const uint64_t started = tn_clock_monotonic_ns();
    *report = (tn_report){.inputs = inputs};
    tn_arena_init(&report->arena, NULL);
    tn_buffer_init(&report->warnings, NULL);
    tn_status status = scan_base(report, error);
    if (status == TN_OK) status = explain_best(report, error);
    if (status == TN_OK) status = test_trust(report, holdout_day, error);
    if (status == TN_OK)
        status = tn_engine_warnings(inputs->engine, tn_cli_sink_line, &report->warnings, error);
    if (status == TN_OK && report->warnings.failed) status = tn_fail_memory(error);
    if (status != TN_OK) tn_report_deinit(report);
    tn_engine_stats_get(inputs->engine, &report->stats);
    report->seconds = (double)(tn_clock_monotonic_ns() - started) * 1e-9;
    return status;
}

void tn_report_deinit(tn_report *report) {
    tn_explanation_destroy(report->explanation);
    report->explanation = NULL;
    tn_buffer_deinit(&report->warnings);
    tn_arena_deinit(&report->arena);
}

uint64_t tn_report_reached(const tn_report_levels *levels, size_t i) {
    uint64_t reached = 0;
    for (size_t k = i; k < levels->column->ladder_count; k++)
        reached += levels->groups[k].count;
    return reached;
}
