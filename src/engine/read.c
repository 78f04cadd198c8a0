/* read.c: columns by name, one customer's values, and scans over all customers. */
#include "base/bits.h"
#include "base/bytes.h"
#include "engine/core.h"
#include "scoring/query.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum read_space {
    READ_ATTRIBUTE,
    READ_DERIVED,
    READ_COUNT,
    READ_FIRST,
    READ_LAST,
    READ_SUM,
    READ_JOINED,
    READ_LAST_SEEN,
} read_space;

/* The action summaries by prefix. */
static const struct {
    const char *prefix;
    read_space space;
    tn_table_column_kind kind;
    tn_type type;
} summaries[] = {
    {"count.", READ_COUNT, TN_TABLE_COUNT, TN_TYPE_NUMBER},
    {"first.", READ_FIRST, TN_TABLE_FIRST, TN_TYPE_TIME},
    {"last.", READ_LAST, TN_TABLE_LAST, TN_TYPE_TIME},
    {"sum.", READ_SUM, TN_TABLE_SUM, TN_TYPE_NUMBER},
};
enum { SUMMARY_COUNT = sizeof summaries / sizeof *summaries };

static bool find_summary(const tn_engine *engine, tn_str name, tn_column_ref *out) {
    for (size_t i = 0; i < SUMMARY_COUNT; i++) {
        const size_t length = strlen(summaries[i].prefix);
        if (name.size <= length || memcmp(name.data, summaries[i].prefix, length) != 0) continue;
        const tn_str action = {name.data + length, name.size - length};
        const uint32_t number = tn_model_find_action(engine->model, action);
        tn_table_column column;
        if (number == TN_NONE ||
            !tn_table_column_find(engine->shards[0].table, summaries[i].kind, number, &column))
            continue;
        *out = (tn_column_ref){(uint32_t)summaries[i].space, number, summaries[i].type};
        return true;
    }
    return false;
}

static tn_status unknown_column(const tn_engine *engine, tn_str name, tn_error *error) {
    const tn_model *model = engine->model;
    const size_t count = (size_t)model->attribute_count + model->derived_count;
    const char **names = tn_alloc_array(NULL, count + 1, sizeof *names);
    if (names == NULL) return tn_fail_memory(error);
    for (uint32_t i = 0; i < model->attribute_count; i++)
        names[i] = model->attributes[i].name.data;
    for (uint32_t i = 0; i < model->derived_count; i++)
        names[model->attribute_count + i] = model->derived[i].name.data;
    const int nearest = tn_nearest_name(name.data, name.size, names, count);
    tn_fail(error, TN_NOT_FOUND, "unknown column '%.*s'%s%s%s",
            (int)(name.size < 80 ? name.size : 80), name.data,
            nearest < 0 ? "" : ", did you mean '", nearest < 0 ? "" : names[nearest],
            nearest < 0 ? "" : "'?");
    tn_free(NULL, names, (count + 1) * sizeof *names);
    return TN_NOT_FOUND;
}

tn_status tn_engine_column_find(const tn_engine *engine, tn_str name, tn_column_ref *out,
                                tn_error *error) {
    const uint32_t attribute = tn_model_find_attribute(engine->model, name);
    if (attribute != TN_NONE) {
        const tn_type type = tn_attribute_value_type(engine->model->attributes[attribute].type);
        *out = (tn_column_ref){READ_ATTRIBUTE, attribute, type};
        return TN_OK;
    }
    const uint32_t derived = tn_model_find_derived(engine->model, name);
    if (derived != TN_NONE) {
        *out = tn_engine_column_derived(engine, derived);
        return TN_OK;
    }
    if (tn_str_is(name, "joined") || tn_str_is(name, "last_seen")) {
        const read_space space = tn_str_is(name, "joined") ? READ_JOINED : READ_LAST_SEEN;
        *out = (tn_column_ref){(uint32_t)space, 0, TN_TYPE_TIME};
        return TN_OK;
    }
    if (find_summary(engine, name, out)) return TN_OK;
    return unknown_column(engine, name, error);
}

tn_column_ref tn_engine_column_derived(const tn_engine *engine, size_t index) {
    return (tn_column_ref){READ_DERIVED, (uint32_t)index, engine->model->derived[index].type};
}

static const void *table_cell(const tn_table *table, tn_table_column_kind kind, uint32_t index,
                              uint32_t row, size_t width) {
    tn_table_column column;
    if (!tn_table_column_find(table, kind, index, &column)) return NULL;
    const char *chunk = tn_column_chunk(column.column, row / TN_CHUNK_ROWS);
    return chunk + (row % TN_CHUNK_ROWS) * width;
}

static tn_value number_value(double number) {
    return (tn_value){.type = TN_TYPE_NUMBER, .is_null = isnan(number), .as.number = number};
}

static tn_value time_value(const tn_table *table, tn_table_column_kind kind, uint32_t index,
                           uint32_t row) {
    const int64_t *cell = table_cell(table, kind, index, row, sizeof *cell);
    const int64_t time_ms = cell != NULL ? *cell : INT64_MIN;
    return (tn_value){.type = TN_TYPE_TIME, .is_null = time_ms == INT64_MIN, .as.time_ms = time_ms};
}

static void read_value(const tn_engine *engine, uint32_t shard, uint32_t row, tn_column_ref ref,
                       tn_value *out) {
    const tn_table *table = engine->shards[shard].table;
    switch ((read_space)ref.space) {
    case READ_ATTRIBUTE:
        tn_table_attribute_get(table, row, ref.index, out);
        return;
    case READ_DERIVED:
        if (row < tn_scorer_row_count(engine->scorer, shard))
            tn_scorer_value(engine->scorer, shard, row, ref.index, out);
        else
            *out = (tn_value){.type = ref.type, .is_null = true};
        return;
    case READ_COUNT: {
        const uint32_t *cell = table_cell(table, TN_TABLE_COUNT, ref.index, row, sizeof *cell);
        *out = number_value(cell != NULL ? *cell : 0);
        return;
    }
    case READ_SUM: {
        const double *cell = table_cell(table, TN_TABLE_SUM, ref.index, row, sizeof *cell);
        *out = number_value(cell != NULL ? *cell : 0);
        return;
    }
    case READ_FIRST:
        *out = time_value(table, TN_TABLE_FIRST, ref.index, row);
        return;
    case READ_LAST:
        *out = time_value(table, TN_TABLE_LAST, ref.index, row);
        return;
    case READ_JOINED:
        *out = time_value(table, TN_TABLE_JOINED, 0, row);
        return;
    case READ_LAST_SEEN:
        *out = time_value(table, TN_TABLE_LAST_SEEN, 0, row);
        return;
    }
}

static void read_row(const tn_engine *engine, uint32_t shard, uint32_t row,
                     const tn_column_ref *columns, size_t count, tn_value *values) {
    for (size_t i = 0; i < count; i++)
        read_value(engine, shard, row, columns[i], &values[i]);
}

tn_status tn_engine_read(const tn_engine *engine, tn_str id, const tn_column_ref *columns,
                         size_t count, tn_value *values, tn_error *error) {
    uint32_t shard;
    const uint32_t row = tn_engine_row_of(engine, id, &shard);
    if (row == TN_NO_ROW) return tn_fail(error, TN_NOT_FOUND, "no such customer");
    read_row(engine, shard, row, columns, count, values);
    return TN_OK;
}

/* ---- Scans ---- */

/* A customer that a scan found; `prefix` is the id's first 8 bytes, big-endian, so that most
 * comparisons of a sort read no id. */
typedef struct scan_entry {
    uint64_t prefix;
    uint32_t shard, row;
} scan_entry;

typedef struct scan_job {
    const tn_engine *engine;
    tn_query *query;       /* NULL: every customer */
    scan_entry *entries;   /* of all shards, those of shard s from first[s] on */
    size_t *first, *count; /* by shard */
} scan_job;

static uint64_t id_prefix(tn_str id) {
    uint64_t prefix = 0;
    for (size_t i = 0; i < 8; i++)
        prefix = prefix << 8 | (i < id.size ? (unsigned char)id.data[i] : 0u);
    return prefix;
}

static int compare_entries(const void *left, const void *right, void *context) {
    const scan_entry *a = left, *b = right;
    const tn_engine *engine = context;
    if (a->prefix != b->prefix) return a->prefix < b->prefix ? -1 : 1;
    return tn_str_compare(tn_table_id(engine->shards[a->shard].table, a->row),
                          tn_table_id(engine->shards[b->shard].table, b->row));
}

/* Appends the wanted rows of one chunk to the shard's entries. */
static tn_status collect_chunk(scan_job *job, size_t shard, size_t chunk) {
    const tn_table *table = job->engine->shards[shard].table;
    uint64_t words[TN_CHUNK_ROWS / 64];
    if (job->query != NULL)
        TN_TRY(tn_query_chunk(job->query, shard, chunk, words));
    else
        memcpy(words, tn_table_live_words(table, chunk), sizeof words);
    for (size_t w = 0; w < TN_CHUNK_ROWS / 64; w++) {
        for (uint64_t left = words[w]; left != 0; left &= left - 1) {
            const size_t row = chunk * TN_CHUNK_ROWS + w * 64 + tn_lowest_bit(left);
            job->entries[job->first[shard] + job->count[shard]++] = (scan_entry){
                id_prefix(tn_table_id(table, (uint32_t)row)), (uint32_t)shard, (uint32_t)row};
        }
    }
    return TN_OK;
}

static tn_status collect_shard(void *context, size_t shard) {
    scan_job *job = context;
    const size_t chunks = tn_table_chunk_count(job->engine->shards[shard].table);
    for (size_t chunk = 0; chunk < chunks; chunk++)
        TN_TRY(collect_chunk(job, shard, chunk));
    return TN_OK;
}

/* Moves the shards' entries together; returns how many there are. */
static size_t compact(scan_job *job) {
    size_t total = 0;
    for (uint32_t s = 0; s < job->engine->shard_count; s++) {
        memmove(job->entries + total, job->entries + job->first[s],
                job->count[s] * sizeof *job->entries);
        total += job->count[s];
    }
    return total;
}

static tn_status scan_visit_all(const scan_job *job, const tn_scan *scan, size_t total,
                                tn_scan_visit *visit, void *context) {
    tn_value *values = tn_alloc_array(NULL, scan->column_count + 1, sizeof *values);
    if (values == NULL) return TN_OUT_OF_MEMORY;
    for (size_t i = 0; i < total; i++) {
        const scan_entry *entry = &job->entries[i];
        const tn_str id = tn_table_id(job->engine->shards[entry->shard].table, entry->row);
        read_row(job->engine, entry->shard, entry->row, scan->columns, scan->column_count, values);
        if (!visit(context, id, values)) break;
    }
    tn_free(NULL, values, (scan->column_count + 1) * sizeof *values);
    return TN_OK;
}

static tn_status scan_run(scan_job *job, const tn_scan *scan, size_t customers,
                          tn_scan_visit *visit, void *context) {
    const tn_engine *engine = job->engine;
    const size_t bytes = (customers + 1) * sizeof *job->entries;
    job->entries = tn_alloc(NULL, bytes);
    if (job->entries == NULL) return TN_OUT_OF_MEMORY;
    tn_status status =
        engine->parallel.for_each(engine->parallel.team, engine->shard_count, collect_shard, job);
    if (status == TN_OK) {
        const size_t total = compact(job);
        if (scan->sorted_by_id)
            qsort_r(job->entries, total, sizeof *job->entries, compare_entries,
                    (void *)(uintptr_t)engine);
        status = scan_visit_all(job, scan, total, visit, context);
    }
    tn_free(NULL, job->entries, bytes);
    return status;
}

tn_status tn_engine_scan(const tn_engine *engine, const tn_scan *scan, tn_scan_visit *visit,
                         void *context, tn_error *error) {
    scan_job job = {.engine = engine};
    tn_arena arena;
    size_t customers = 0;
    tn_arena_init(&arena, NULL);
    tn_status status = TN_OUT_OF_MEMORY;
    job.first = tn_arena_array(&arena, engine->shard_count, sizeof *job.first);
    job.count = tn_arena_array(&arena, engine->shard_count, sizeof *job.count);
    if (job.first == NULL || job.count == NULL) goto out;
    for (uint32_t s = 0; s < engine->shard_count; s++) {
        job.first[s] = customers;
        customers += tn_table_customer_count(engine->shards[s].table);
    }
    if (scan->where.size > 0) {
        status = tn_query_create(engine->scorer, scan->where, &engine->parallel, &job.query, error);
        if (status != TN_OK) goto refused;
    }
    status = scan_run(&job, scan, customers, visit, context);
out:
    if (status != TN_OK) tn_fail(error, status, "%s", tn_status_text(status));
refused:
    tn_query_destroy(job.query);
    tn_arena_deinit(&arena);
    return status;
}
