/* load.c: customers and their attributes into the shards.
 *
 * A batch is checked row by row on the calling thread, sorted by shard, then applied by all shards
 * in parallel. A row's put cannot fail half-way: its texts are taken into the dictionaries and its
 * sums are checked before the customer is touched. */
#include "engine/core.h"

#include "base/bytes.h"

typedef struct load_job {
    tn_engine *engine;
    const tn_customer_batch *batch;
    tn_value *values; /* checked copies, row-major */
    tn_scatter scatter;
    size_t *applied; /* by shard */
    size_t *created;
} load_job;

static tn_status row_check(const tn_engine *engine, const tn_customer_batch *batch, size_t row,
                           tn_value *values, tn_error *error) {
    TN_TRY(tn_id_check(batch->ids[row], error));
    for (size_t c = 0; c < batch->attribute_count; c++) {
        const tn_model_attribute *attribute = &engine->model->attributes[batch->attributes[c]];
        values[c] = batch->values[row * batch->attribute_count + c];
        TN_TRY(tn_attribute_value_check(attribute->type, attribute->name, &values[c], error));
    }
    return TN_OK;
}

/* Checks every row; rejects bad ones, or fails on the first when nobody takes rejects. */
static tn_status batch_check(load_job *job, tn_batch_result *result, tn_error *error) {
    const tn_customer_batch *batch = job->batch;
    for (size_t row = 0; row < batch->count; row++) {
        tn_error reason;
        tn_value *values = job->values + row * batch->attribute_count;
        const tn_status status = row_check(job->engine, batch, row, values, &reason);
        if (status == TN_OK) {
            job->scatter.shard_of[row] = tn_engine_shard_of(job->engine, batch->ids[row]);
            continue;
        }
        if (result->reject == NULL) {
            if (error != NULL) *error = reason;
            return status;
        }
        job->scatter.shard_of[row] = UINT32_MAX;
        result->reject(result->context, row, &reason);
        result->rejected++;
    }
    return TN_OK;
}

static bool is_absent(const tn_customer_batch *batch, const tn_value *value) {
    return value->is_null && batch->null_is_absent;
}

/* Everything that can fail for a row, before anything of it changes. */
static tn_status row_reserve(const load_job *job, tn_table *table, size_t row, uint32_t table_row) {
    const tn_customer_batch *batch = job->batch;
    const tn_value *values = job->values + row * batch->attribute_count;
    for (size_t c = 0; c < batch->attribute_count; c++)
        if (!is_absent(batch, &values[c]))
            TN_TRY(tn_table_attribute_reserve(table, table_row, batch->attributes[c], &values[c]));
    return TN_OK;
}

static tn_status row_apply(const load_job *job, tn_table *table, size_t row, bool *created) {
    const tn_customer_batch *batch = job->batch;
    const tn_value *values = job->values + row * batch->attribute_count;
    uint32_t table_row = tn_table_find(table, batch->ids[row]);
    TN_TRY(row_reserve(job, table, row, table_row));
    TN_TRY(tn_table_put(table, batch->ids[row], &table_row, created));
    for (size_t c = 0; c < batch->attribute_count; c++)
        if (!is_absent(batch, &values[c]))
            TN_TRY(tn_table_attribute_put(table, table_row, batch->attributes[c], &values[c]));
    return TN_OK;
}

static tn_status shard_apply(void *context, size_t shard) {
    const load_job *job = context;
    tn_table *table = job->engine->shards[shard].table;
    const tn_scatter *scatter = &job->scatter;
    for (uint32_t i = scatter->first[shard]; i < scatter->first[shard + 1]; i++) {
        bool created = false;
        TN_TRY(row_apply(job, table, scatter->order[i], &created));
        job->applied[shard]++;
        job->created[shard] += created;
    }
    return TN_OK;
}

static tn_status job_init(load_job *job, tn_arena *arena) {
    const size_t shards = job->engine->shard_count;
    const size_t cells = job->batch->count * job->batch->attribute_count;
    job->values = tn_arena_array(arena, cells, sizeof *job->values);
    job->applied = tn_arena_array(arena, shards, sizeof *job->applied);
    job->created = tn_arena_array(arena, shards, sizeof *job->created);
    if (job->values == NULL || job->applied == NULL || job->created == NULL)
        return TN_OUT_OF_MEMORY;
    return tn_scatter_init(&job->scatter, arena, job->batch->count, (uint32_t)shards);
}

static tn_status columns_check(const tn_engine *engine, const tn_customer_batch *batch,
                               tn_error *error) {
    if (batch->count > TN_BATCH_ROWS_MAX)
        return tn_fail(error, TN_TOO_LARGE, "a batch of %zu rows: at most %d", batch->count,
                       TN_BATCH_ROWS_MAX);
    for (size_t c = 0; c < batch->attribute_count; c++)
        if (batch->attributes[c] >= engine->model->attribute_count)
            return tn_fail(error, TN_BAD_ARGUMENT, "column %zu names attribute %u of %u", c,
                           batch->attributes[c], engine->model->attribute_count);
    return TN_OK;
}

tn_status tn_engine_load(tn_engine *engine, const tn_customer_batch *batch, tn_batch_result *result,
                         tn_error *error) {
    tn_batch_result ignored = {0};
    if (result == NULL) result = &ignored;
    result->applied = result->rejected = result->after_as_of = result->created = 0;
    TN_TRY(columns_check(engine, batch, error));
    tn_arena arena;
    tn_arena_init(&arena, NULL);
    load_job job = {.engine = engine, .batch = batch};
    tn_status status = job_init(&job, &arena);
    if (status != TN_OK) {
        status = tn_fail_memory(error);
        goto out;
    }
    status = batch_check(&job, result, error);
    if (status != TN_OK) goto out;
    tn_scatter_sort(&job.scatter, batch->count, engine->shard_count);
    status =
        engine->parallel.for_each(engine->parallel.team, engine->shard_count, shard_apply, &job);
    for (uint32_t s = 0; s < engine->shard_count; s++) {
        result->applied += job.applied[s];
        result->created += job.created[s];
    }
    if (status != TN_OK) tn_fail(error, status, "%s", tn_status_text(status));
out:
    tn_arena_deinit(&arena);
    return status;
}
