/* scoring_base.c: see scoring_base.h. */
#include "support/scoring_base.h"

#include "base/assert.h"
#include "base/bits.h"
#include "base/bytes.h"
#include "base/calendar.h"

#include <math.h>
#include <stdio.h>

static void must(tn_status status, const tn_error *error) {
    if (status == TN_OK) return;
    char text[4096];
    tn_error_format(error, text, sizeof text);
    fprintf(stderr, "%s\n", text);
    TN_ASSERT(false && "a step of a test failed");
}

static void shard_open(scoring_base *base, size_t shard) {
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, shard + 1);
    base->heaps[shard] = tn_heap_create(0);
    TN_ASSERT(base->heaps[shard] != NULL);
    const tn_status status =
        tn_table_create(base->heaps[shard], &base->model->schema, &secret, &base->tables[shard]);
    TN_ASSERT(status == TN_OK);
}

void scoring_base_open(scoring_base *base, const char *model_text, size_t shards, tn_isa isa) {
    tn_error error = {0};
    *base = (scoring_base){.shard_count = shards, .kernels = tn_kernels_get(isa)};
    TN_ASSERT(base->kernels != NULL && shards <= SCORING_SHARDS_MAX);
    must(tn_model_parse("test.yaml", tn_str_of(model_text), &base->model, &error), &error);
    must(tn_plan_compile(base->model, &base->plan, &error), &error);
    must(tn_intake_compile(base->model, &base->intake, &error), &error);
    must(tn_intake_state_create(base->intake, base->kernels, &base->intake_state), &error);
    tn_scorer_shard views[SCORING_SHARDS_MAX];
    for (size_t i = 0; i < shards; i++) {
        shard_open(base, i);
        views[i] = (tn_scorer_shard){base->tables[i], base->heaps[i]};
    }
    must(tn_scorer_create(base->plan, base->kernels, views, shards, &base->scorer, &error), &error);
}

void scoring_base_close(scoring_base *base) {
    tn_scorer_destroy(base->scorer);
    for (size_t i = 0; i < base->shard_count; i++) {
        tn_table_destroy(base->tables[i]);
        tn_heap_destroy(base->heaps[i]);
    }
    tn_intake_state_destroy(base->intake_state);
    tn_intake_destroy(base->intake);
    tn_plan_destroy(base->plan);
    tn_model_destroy(base->model);
}

size_t scoring_base_shard(const scoring_base *base, tn_str id) {
    return tn_hash_plain(id.data, id.size) % base->shard_count;
}

uint32_t scoring_base_row(scoring_base *base, tn_str id) {
    uint32_t row;
    const tn_status status =
        tn_table_put(base->tables[scoring_base_shard(base, id)], id, &row, NULL);
    TN_ASSERT(status == TN_OK);
    return row;
}

void scoring_base_set(scoring_base *base, tn_str id, uint32_t attribute, const tn_value *value) {
    const uint32_t row = scoring_base_row(base, id);
    const tn_status status =
        tn_table_attribute_put(base->tables[scoring_base_shard(base, id)], row, attribute, value);
    TN_ASSERT(status == TN_OK);
}

void scoring_base_event(scoring_base *base, const scoring_event *event) {
    tn_error error = {0};
    const tn_intake_events events = {.count = 1,
                                     .actions = &event->action,
                                     .at_ms = &event->at_ms,
                                     .values = &event->value,
                                     .fields = event->fields,
                                     .field_stride =
                                         base->model->actions[event->action].field_count};
    tn_intake_updates updates;
    must(tn_intake_evaluate(base->intake_state, &events, &updates, &error), &error);
    tn_table *table = base->tables[scoring_base_shard(base, event->id)];
    const uint32_t row = scoring_base_row(base, event->id);
    for (uint32_t i = updates.first[0]; i < updates.first[1]; i++)
        must(tn_table_event_apply(table, row, &updates.updates[i]), &error);
}

void scoring_base_remove(scoring_base *base, tn_str id) {
    const size_t shard = scoring_base_shard(base, id);
    const uint32_t row = tn_table_find(base->tables[shard], id);
    TN_ASSERT(row != TN_NO_ROW);
    tn_scorer_forget_row(base->scorer, shard, row);
    tn_table_remove(base->tables[shard], row);
}

void scoring_base_run(scoring_base *base, int64_t as_of_ms) {
    tn_error error = {0};
    must(tn_scorer_run(base->scorer, as_of_ms, &tn_parallel_serial, &error), &error);
}

tn_value scoring_base_derived(const scoring_base *base, tn_str id, uint32_t derived) {
    const size_t shard = scoring_base_shard(base, id);
    const uint32_t row = tn_table_find(base->tables[shard], id);
    TN_ASSERT(row != TN_NO_ROW);
    tn_value value;
    tn_scorer_value(base->scorer, shard, row, derived, &value);
    return value;
}

bool scoring_base_query(const scoring_base *base, const char *text, const char *id) {
    tn_error error = {0};
    tn_query *query;
    must(tn_query_create(base->scorer, tn_str_of(text), &tn_parallel_serial, &query, &error),
         &error);
    const size_t shard = scoring_base_shard(base, tn_str_of(id));
    const uint32_t row = tn_table_find(base->tables[shard], tn_str_of(id));
    TN_ASSERT(row != TN_NO_ROW);
    uint64_t words[TN_CHUNK_ROWS / 64];
    must(tn_query_chunk(query, shard, row / TN_CHUNK_ROWS, words), &error);
    tn_query_destroy(query);
    return tn_bit_get(words, row % TN_CHUNK_ROWS);
}

/* ---- By C strings ---- */

static void set_by_name(scoring_base *base, const char *id, const char *attribute,
                        const tn_value *value) {
    const uint32_t number = tn_model_find_attribute(base->model, tn_str_of(attribute));
    TN_ASSERT(number != TN_NONE);
    scoring_base_set(base, tn_str_of(id), number, value);
}

void scoring_base_number(scoring_base *base, const char *id, const char *attribute, double value) {
    const tn_value v = {.type = TN_TYPE_NUMBER, .as.number = value};
    set_by_name(base, id, attribute, &v);
}

void scoring_base_text(scoring_base *base, const char *id, const char *attribute,
                       const char *value) {
    const tn_value v = {.type = TN_TYPE_TEXT, .as.text = tn_str_of(value)};
    set_by_name(base, id, attribute, &v);
}

void scoring_base_bool(scoring_base *base, const char *id, const char *attribute, bool value) {
    const tn_value v = {.type = TN_TYPE_BOOL, .as.boolean = value};
    set_by_name(base, id, attribute, &v);
}

void scoring_base_date(scoring_base *base, const char *id, const char *attribute,
                       const char *value) {
    tn_value v = {.type = TN_TYPE_DATE};
    const tn_status status = tn_date_parse(tn_str_of(value), &v.as.date_days, NULL);
    TN_ASSERT(status == TN_OK);
    set_by_name(base, id, attribute, &v);
}

int64_t scoring_base_time(const scoring_base *base, const char *at) {
    tn_error error = {0};
    int64_t at_ms;
    bool is_date;
    must(tn_time_parse(tn_str_of(at), base->model->zone, &at_ms, &is_date, &error), &error);
    return at_ms;
}

void scoring_base_do(scoring_base *base, const char *id, const char *action, const char *at,
                     double value) {
    const uint32_t number = tn_model_find_action(base->model, tn_str_of(action));
    TN_ASSERT(number != TN_NONE);
    scoring_base_event(base, &(scoring_event){.id = tn_str_of(id),
                                              .action = number,
                                              .at_ms = scoring_base_time(base, at),
                                              .value = value});
}

void scoring_base_as_of(scoring_base *base, const char *at) {
    scoring_base_run(base, scoring_base_time(base, at));
}

tn_value scoring_base_value(const scoring_base *base, const char *id, const char *column) {
    const uint32_t derived = tn_model_find_derived(base->model, tn_str_of(column));
    TN_ASSERT(derived != TN_NONE);
    return scoring_base_derived(base, tn_str_of(id), derived);
}

/* ---- Equality ---- */

static bool same_number(double a, double b) {
    return a == b && signbit(a) == signbit(b);
}

bool scoring_same(const tn_value *a, const tn_value *b) {
    if (a->type != b->type || a->is_null != b->is_null) return false;
    if (a->is_null) return true;
    switch (a->type) {
    case TN_TYPE_BOOL:
        return a->as.boolean == b->as.boolean;
    case TN_TYPE_TEXT:
    case TN_TYPE_LEVEL:
        return tn_str_equal(a->as.text, b->as.text);
    case TN_TYPE_TIME:
        return a->as.time_ms == b->as.time_ms;
    case TN_TYPE_DATE:
        return a->as.date_days == b->as.date_days;
    case TN_TYPE_DURATION:
        return same_number(a->as.duration_ms, b->as.duration_ms);
    default:
        return same_number(a->as.number, b->as.number);
    }
}
