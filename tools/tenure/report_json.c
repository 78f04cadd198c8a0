/* report_json.c: the report as one JSON object, with the same parts in the same order. */
#include "report.h"

#include "base/calendar.h"
#include "explain_text.h"
#include "fit_text.h"
#include "trust_text.h"

#include <math.h>
#include <stdio.h>

static void put_number(tn_json *json, json_t *object, const char *key, double value) {
    tn_json_put(json, object, key, tn_json_number(json, value));
}

static void put_count(tn_json *json, json_t *object, const char *key, uint64_t value) {
    tn_json_put(json, object, key, tn_json_count(json, value));
}

static void put_text(tn_json *json, json_t *object, const char *key, tn_str text) {
    tn_json_put(json, object, key, tn_json_text(json, text));
}

static json_t *account_json(const tn_load_account *account, tn_json *json) {
    json_t *object = tn_json_object(json);
    tn_json_put_text(json, object, "file", account->file);
    put_count(json, object, "rows", account->rows);
    put_count(json, object, "applied", account->applied);
    put_count(json, object, "rejected", account->rejected);
    put_count(json, object, "after_as_of", account->after_as_of);
    put_number(json, object, "seconds", account->seconds);
    return object;
}

static void put_reading(const tn_report *report, tn_json *json) {
    const tn_inputs *inputs = report->inputs;
    json_t *files = tn_json_array(json);
    for (size_t i = 0; i < inputs->account_count; i++)
        tn_json_append(json, files, account_json(&inputs->accounts[i], json));
    tn_json_put(json, json->root, "read", files);
    json_t *steps = tn_json_object(json);
    put_number(json, steps, "load", inputs->load_seconds);
    if (inputs->has_fit) put_number(json, steps, "fit", inputs->fit.seconds);
    put_number(json, steps, "rescore", inputs->rescore_seconds);
    put_number(json, steps, "report", report->seconds);
    if (report->rows_path != NULL) put_number(json, steps, "rows", report->rows_seconds);
    tn_json_put(json, json->root, "seconds", steps);
    if (report->rows_path != NULL)
        put_count(json, json->root, "rows_written", report->rows_written);
    put_count(json, json->root, "memory_bytes", report->stats.memory_bytes);
}

static void put_fit(const tn_report *report, tn_json *json) {
    const tn_inputs *inputs = report->inputs;
    tn_purchase_parameters purchases;
    tn_spend_parameters spend;
    if (!inputs->info->has_clv || !tn_engine_parameters(inputs->engine, &purchases, &spend)) {
        tn_json_put(json, json->root, "fit", json_null());
        return;
    }
    const bool fitted_purchases = inputs->has_fit && inputs->fit.has_purchases;
    const bool fitted_spend = inputs->has_fit && inputs->fit.has_spend;
    const tn_fit_view first = tn_fit_view_purchases(
        &purchases, fitted_purchases ? &inputs->fit.purchases.report : NULL, (double)NAN);
    const tn_fit_view second =
        tn_fit_view_spend(&spend, fitted_spend ? &inputs->fit.spend.report : NULL, (double)NAN);
    json_t *object = tn_json_object(json);
    tn_json_put_text(json, object, "unit", inputs->info->unit_is_week ? "week" : "day");
    tn_json_put(json, object, "purchases", tn_fit_json(&first, json));
    tn_json_put(json, object, "spend", tn_fit_json(&second, json));
    tn_json_put(json, json->root, "fit", object);
}

static void put_worth(const tn_report *report, tn_json *json) {
    json_t *object = tn_json_object(json);
    put_count(json, object, "customers", report->value.count);
    put_number(json, object, "total", tn_total_value(&report->value));
    put_number(json, object, "mean", tn_total_mean(&report->value));
    put_number(json, object, "median", report->median);
    json_t *tenths = tn_json_array(json);
    for (size_t i = 0; i < TN_REPORT_TENTHS; i++)
        tn_json_append(json, tenths, tn_json_number(json, report->tenths[i]));
    tn_json_put(json, object, "tenths", tenths);
    tn_json_put(json, json->root, "worth", object);
}

static json_t *group_json(const tn_report *report, const tn_report_group *group, tn_json *json) {
    json_t *object = tn_json_object(json);
    put_text(json, object, "name", group->name);
    put_count(json, object, "count", group->count);
    put_number(json, object, "share",
               report->customers == 0 ? (double)NAN
                                      : (double)group->count / (double)report->customers);
    put_number(json, object, "mean_clv", tn_total_mean(&group->value));
    put_number(json, object, "total_clv", tn_total_value(&group->value));
    return object;
}

static json_t *stages_json(const tn_report *report, const tn_report_levels *levels, tn_json *json) {
    json_t *array = tn_json_array(json);
    for (size_t i = 0; i < levels->group_count; i++) {
        const tn_report_group *group = &levels->groups[i];
        json_t *object = group_json(report, group, json);
        const bool is_null = i == levels->column->level_count;
        if (is_null) tn_json_put(json, object, "name", json_null());
        tn_json_put(json, object, "is_exit", json_boolean(group->is_exit && !is_null));
        if (!group->is_exit) {
            const uint64_t reached = tn_report_reached(levels, i);
            put_count(json, object, "reached", reached);
            const uint64_t before = i == 0 ? 0 : tn_report_reached(levels, i - 1);
            put_number(json, object, "step_conversion",
                       before == 0 ? (double)NAN : (double)reached / (double)before);
        }
        tn_json_append(json, array, object);
    }
    return array;
}

static void put_groups(const tn_report *report, tn_json *json) {
    json_t *stages = tn_json_object(json);
    for (size_t i = 0; i < report->stage_count; i++) {
        char name[TN_NAME_SIZE_MAX * 2];
        snprintf(name, sizeof name, "%.*s", (int)report->stages[i].column->name.size,
                 report->stages[i].column->name.data);
        tn_json_put(json, stages, name, stages_json(report, &report->stages[i], json));
    }
    tn_json_put(json, json->root, "stages", stages);
    json_t *rfm = tn_json_array(json);
    for (size_t i = 0; report->rfm != NULL && i < report->rfm->group_count; i++) {
        json_t *group = group_json(report, &report->rfm->groups[i], json);
        if (i == report->rfm->column->level_count) tn_json_put(json, group, "name", json_null());
        tn_json_append(json, rfm, group);
    }
    tn_json_put(json, json->root, "rfm_segments", rfm);
    json_t *segments = tn_json_array(json);
    for (size_t i = 0; i < report->segment_count; i++)
        tn_json_append(json, segments, group_json(report, &report->segments[i], json));
    tn_json_put(json, json->root, "segments", segments);
}

static void put_best(const tn_report *report, tn_json *json) {
    json_t *array = tn_json_array(json);
    for (size_t i = 0; i < report->best_count; i++) {
        const tn_report_best *best = &report->best[i];
        json_t *object = tn_json_object(json);
        put_text(json, object, "customer", (tn_str){best->id, best->id_size});
        put_number(json, object, "rank", best->rank);
        put_number(json, object, "clv", best->value);
        put_number(json, object, "p_alive", best->p_alive);
        put_number(json, object, "expected_purchases", best->purchases);
        put_number(json, object, "expected_spend", best->spend);
        tn_json_append(json, array, object);
    }
    tn_json_put(json, json->root, "best_customers", array);
    tn_json_put(json, json->root, "explanation",
                report->explanation == NULL ? json_null()
                                            : tn_explain_json(report->explanation, json));
}

static void put_warnings(const tn_report *report, tn_json *json) {
    json_t *array = tn_json_array(json);
    tn_json_append_lines(json, array, &report->warnings);
    tn_json_put(json, json->root, "warnings", array);
}

tn_status tn_report_append_json(const tn_report *report, tn_buffer *out, tn_error *error) {
    const tn_inputs *inputs = report->inputs;
    char as_of[TN_TIME_TEXT_SIZE];
    tn_time_format(inputs->as_of_ms, as_of);
    tn_json json;
    tn_json_init(&json);
    put_text(&json, json.root, "model", inputs->info->model_name);
    tn_json_put_text(&json, json.root, "as_of", as_of);
    put_text(&json, json.root, "currency", inputs->info->currency);
    put_count(&json, json.root, "customers", report->customers);
    put_reading(report, &json);
    put_fit(report, &json);
    tn_json_put(&json, json.root, "trust", tn_trust_json(&report->trust, &json));
    put_worth(report, &json);
    put_groups(report, &json);
    put_best(report, &json);
    put_warnings(report, &json);
    const tn_status status = tn_json_print(&json, out, error);
    tn_json_deinit(&json);
    return status;
}
