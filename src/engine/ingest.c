/* ingest.c: events into the shards.
 *
 * A batch is checked on the calling thread, its derived actions and weights are evaluated over the
 * whole batch at once, then all shards apply their customers' events in the order of arrival. */
#include "base/bytes.h"
#include "base/clock.h"
#include "engine/core.h"

#include <math.h>

typedef struct ingest_job {
    tn_engine *engine;
    const tn_event_batch *batch;
    uint32_t *actions; /* by accepted event */
    int64_t *at_ms;
    double *values;
    tn_value *fields;
    uint32_t *rows; /* accepted event → row of the batch */
    size_t accepted;
    int64_t newest_ms;
    int64_t clock_ms; /* once for the batch */
    int32_t as_of_day;
    tn_intake_updates updates;
    tn_scatter scatter;
    size_t *applied; /* by shard */
    size_t *created;
} ingest_job;

static tn_status value_check(const tn_model_action *action, double *value, tn_error *error) {
    const int length = (int)action->name.size;
    const char *name = action->name.data;
    if (isnan(*value)) {
        if (action->value == TN_VALUE_MONEY)
            return tn_fail(error, TN_BAD_ARGUMENT, "action '%.*s' needs a value", length, name);
        return TN_OK;
    }
    if (action->value == TN_VALUE_NONE)
        return tn_fail(error, TN_BAD_ARGUMENT, "action '%.*s' has no value", length, name);
    if (!(fabs(*value) <= TN_TRANSACTION_VALUE_MAX))
        return tn_fail(error, TN_BAD_ARGUMENT, "the value is infinite or larger than %g",
                       TN_TRANSACTION_VALUE_MAX);
    if (action->value == TN_VALUE_MONEY && *value < 0)
        return tn_fail(error, TN_BAD_ARGUMENT,
                       "the value of '%.*s' is negative: declare a refund action and name it as "
                       "`minus` of the transactions",
                       length, name);
    if (*value == 0) *value = 0; /* −0 */
    return TN_OK;
}

static tn_status fields_check(const tn_model_action *action, tn_value *fields, tn_error *error) {
    for (uint32_t f = 0; f < action->field_count; f++)
        TN_TRY(tn_attribute_value_check(action->fields[f].type, action->fields[f].name, &fields[f],
                                        error));
    return TN_OK;
}

static tn_status time_check(const ingest_job *job, int64_t *at_ms, bool *is_after,
                            tn_error *error) {
    const tn_engine_options *options = &job->engine->options;
    *is_after = false;
    if (*at_ms < TN_TIME_MS_MIN || *at_ms > TN_TIME_MS_MAX)
        return tn_fail(error, TN_BAD_ARGUMENT, "the time lies outside the years 1970 to 2200");
    if (options->as_of_ms == TN_AS_OF_DEFAULT) {
        if (*at_ms > job->clock_ms + TN_FUTURE_TOLERANCE_MS)
            return tn_fail(error, TN_BAD_ARGUMENT,
                           "the time lies more than five minutes ahead of the clock");
        return TN_OK;
    }
    if (*at_ms <= options->as_of_ms) return TN_OK;
    if (options->as_of_is_date && tn_zone_day(job->engine->model->zone, *at_ms) == job->as_of_day)
        *at_ms = options->as_of_ms;
    else
        *is_after = true;
    return TN_OK;
}

static tn_status action_check(const tn_engine *engine, uint32_t number, tn_error *error) {
    if (number >= engine->model->action_count)
        return tn_fail(error, TN_BAD_ARGUMENT, "action number %u of %u", number,
                       engine->model->action_count);
    const tn_model_action *action = &engine->model->actions[number];
    if (action->of != TN_NONE)
        return tn_fail(error, TN_BAD_ARGUMENT,
                       "action '%.*s' is derived: send '%.*s', which it is filled from",
                       (int)action->name.size, action->name.data,
                       (int)engine->model->actions[action->of].name.size,
                       engine->model->actions[action->of].name.data);
    return TN_OK;
}

/* Copies row `row` of the batch behind the accepted events, checked. */
static tn_status event_check(ingest_job *job, size_t row, bool *is_after, tn_error *error) {
    const tn_event_batch *batch = job->batch;
    const size_t at = job->accepted;
    const size_t stride = batch->field_stride;
    TN_TRY(tn_id_check(batch->ids[row], error));
    job->actions[at] = batch->actions != NULL ? batch->actions[row] : batch->action;
    TN_TRY(action_check(job->engine, job->actions[at], error));
    const tn_model_action *action = &job->engine->model->actions[job->actions[at]];
    job->values[at] = batch->values != NULL ? batch->values[row] : (double)NAN;
    TN_TRY(value_check(action, &job->values[at], error));
    if (batch->fields != NULL) {
        for (size_t f = 0; f < stride; f++)
            job->fields[at * stride + f] = batch->fields[row * stride + f];
        TN_TRY(fields_check(action, job->fields + at * stride, error));
    }
    job->at_ms[at] = batch->at_ms[row];
    TN_TRY(time_check(job, &job->at_ms[at], is_after, error));
    job->rows[at] = (uint32_t)row;
    return TN_OK;
}

static tn_status batch_check(ingest_job *job, tn_batch_result *result, tn_error *error) {
    for (size_t row = 0; row < job->batch->count; row++) {
        tn_error reason;
        bool is_after = false;
        const tn_status status = event_check(job, row, &is_after, &reason);
        if (status != TN_OK && result->reject == NULL) {
            if (error != NULL) *error = reason;
            return status;
        }
        if (status != TN_OK) {
            result->reject(result->context, row, &reason);
            result->rejected++;
        } else if (is_after) {
            result->after_as_of++;
        } else {
            const size_t at = job->accepted++;
            job->scatter.shard_of[at] = tn_engine_shard_of(job->engine, job->batch->ids[row]);
            if (job->at_ms[at] > job->newest_ms) job->newest_ms = job->at_ms[at];
        }
    }
    return TN_OK;
}

static bool takes_memory(const tn_event_update *update) {
    return update->is_transaction || update->is_refund;
}

/* Applies an event and the derived ones that it also is: first the one whose transaction day may
 * need memory, so that a failure changes nothing. (The model allows one such update an event.) */
static tn_status event_apply(tn_table *table, uint32_t row, const tn_event_update *updates,
                             size_t count) {
    for (size_t i = 0; i < count; i++)
        if (takes_memory(&updates[i])) TN_TRY(tn_table_event_apply(table, row, &updates[i]));
    for (size_t i = 0; i < count; i++)
        if (!takes_memory(&updates[i])) TN_TRY(tn_table_event_apply(table, row, &updates[i]));
    return TN_OK;
}

/* Customers of one sub-batch are looked up together, then their events' cache lines are fetched. */
enum { SUB_BATCH = 128 };

static tn_status sub_batch_apply(const ingest_job *job, size_t shard, const uint32_t *events,
                                 size_t count) {
    tn_table *table = job->engine->shards[shard].table;
    const tn_intake_updates *updates = &job->updates;
    tn_str ids[SUB_BATCH];
    uint32_t rows[SUB_BATCH];
    for (size_t i = 0; i < count; i++)
        ids[i] = job->batch->ids[job->rows[events[i]]];
    const uint32_t before = tn_table_customer_count(table);
    tn_status status = tn_table_put_many(table, ids, count, rows);
    job->created[shard] += tn_table_customer_count(table) - before;
    if (status != TN_OK) return status;
    for (size_t i = 0; i < count; i++)
        tn_table_event_prefetch(table, rows[i], job->actions[events[i]]);
    for (size_t i = 0; i < count; i++) {
        const uint32_t first = updates->first[events[i]];
        const uint32_t end = updates->first[events[i] + 1];
        TN_TRY(event_apply(table, rows[i], updates->updates + first, end - first));
        job->applied[shard]++;
    }
    return TN_OK;
}

static tn_status shard_apply(void *context, size_t shard) {
    const ingest_job *job = context;
    const uint32_t end = job->scatter.first[shard + 1];
    for (uint32_t i = job->scatter.first[shard]; i < end; i += SUB_BATCH) {
        const size_t count = end - i < SUB_BATCH ? end - i : SUB_BATCH;
        TN_TRY(sub_batch_apply(job, shard, job->scatter.order + i, count));
    }
    return TN_OK;
}

static tn_status job_init(ingest_job *job, tn_arena *arena) {
    const tn_event_batch *batch = job->batch;
    const size_t count = batch->count;
    const size_t shards = job->engine->shard_count;
    job->actions = tn_arena_array(arena, count, sizeof *job->actions);
    job->at_ms = tn_arena_array(arena, count, sizeof *job->at_ms);
    job->values = tn_arena_array(arena, count, sizeof *job->values);
    job->rows = tn_arena_array(arena, count, sizeof *job->rows);
    job->fields = tn_arena_array(arena, count * batch->field_stride, sizeof *job->fields);
    job->applied = tn_arena_array(arena, shards, sizeof *job->applied);
    job->created = tn_arena_array(arena, shards, sizeof *job->created);
    if (job->actions == NULL || job->at_ms == NULL || job->values == NULL || job->rows == NULL ||
        job->fields == NULL || job->applied == NULL || job->created == NULL)
        return TN_OUT_OF_MEMORY;
    return tn_scatter_init(&job->scatter, arena, count, (uint32_t)shards);
}

static tn_status evaluate(ingest_job *job, tn_error *error) {
    const tn_intake_events events = {.count = job->accepted,
                                     .actions = job->actions,
                                     .at_ms = job->at_ms,
                                     .values = job->values,
                                     .fields = job->batch->fields != NULL ? job->fields : NULL,
                                     .field_stride = job->batch->field_stride};
    return tn_intake_evaluate(job->engine->intake_state, &events, &job->updates, error);
}

static tn_status job_run(ingest_job *job, tn_batch_result *result, tn_error *error) {
    tn_engine *engine = job->engine;
    TN_TRY(batch_check(job, result, error));
    TN_TRY(evaluate(job, error));
    tn_scatter_sort(&job->scatter, job->accepted, engine->shard_count);
    if (job->newest_ms > engine->newest_event_ms) engine->newest_event_ms = job->newest_ms;
    const tn_status status =
        engine->parallel.for_each(engine->parallel.team, engine->shard_count, shard_apply, job);
    for (uint32_t s = 0; s < engine->shard_count; s++) {
        result->applied += job->applied[s];
        result->created += job->created[s];
    }
    if (status != TN_OK) return tn_fail(error, status, "%s", tn_status_text(status));
    return TN_OK;
}

static tn_status batch_shape_check(const tn_engine *engine, const tn_event_batch *batch,
                                   tn_error *error) {
    if (batch->count > TN_BATCH_ROWS_MAX)
        return tn_fail(error, TN_TOO_LARGE, "a batch of %zu rows: at most %d", batch->count,
                       TN_BATCH_ROWS_MAX);
    if (batch->fields == NULL) return TN_OK;
    for (uint32_t a = 0; a < engine->model->action_count; a++)
        if (engine->model->actions[a].field_count > batch->field_stride)
            return tn_fail(error, TN_BAD_ARGUMENT, "field_stride %zu is too small",
                           batch->field_stride);
    return TN_OK;
}

tn_status tn_engine_ingest(tn_engine *engine, const tn_event_batch *batch, tn_batch_result *result,
                           tn_error *error) {
    tn_batch_result ignored = {0};
    if (result == NULL) result = &ignored;
    result->applied = result->rejected = result->after_as_of = result->created = 0;
    TN_TRY(batch_shape_check(engine, batch, error));
    tn_arena arena;
    tn_arena_init(&arena, NULL);
    ingest_job job = {.engine = engine, .batch = batch, .newest_ms = INT64_MIN};
    if (engine->options.as_of_ms == TN_AS_OF_DEFAULT)
        job.clock_ms = tn_clock_wall_ms();
    else
        job.as_of_day = tn_zone_day(engine->model->zone, engine->options.as_of_ms);
    tn_status status = job_init(&job, &arena);
    if (status == TN_OK)
        status = job_run(&job, result, error);
    else
        tn_fail_memory(error);
    tn_arena_deinit(&arena);
    return status;
}
