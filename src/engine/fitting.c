/* fitting.c: summaries and transaction days of the base, and fitting CLV parameters on them. */
#include "base/bits.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "engine/core.h"

/* Calls visit(context, shard, row) for every customer until it fails. */
typedef tn_status row_visit(void *context, uint32_t shard, uint32_t row);
static tn_status each_row(const tn_engine *engine, row_visit *visit, void *context) {
    for (uint32_t s = 0; s < engine->shard_count; s++) {
        const tn_table *table = engine->shards[s].table;
        const uint32_t rows = tn_table_row_count(table);
        for (uint32_t row = 0; row < rows; row++)
            if (tn_table_is_live(table, row)) TN_TRY(visit(context, s, row));
    }
    return TN_OK;
}

typedef struct summary_job {
    const tn_engine *engine;
    int64_t as_of_ms;
    tn_summary_visit *visit;
    void *context;
} summary_job;

static tn_status visit_summary(void *context, uint32_t shard, uint32_t row) {
    const summary_job *job = context;
    const tn_table *table = job->engine->shards[shard].table;
    tn_summary summary;
    if (tn_scorer_summary(job->engine->model, table, row, job->as_of_ms, &summary))
        job->visit(job->context, tn_table_id(table, row), &summary);
    return TN_OK;
}

static tn_status transactions_check(const tn_engine *engine, tn_error *error) {
    if (!engine->model->transactions.is_present)
        return tn_fail(error, TN_CONFLICT, "the model declares no transactions");
    return TN_OK;
}

tn_status tn_engine_summaries_visit(const tn_engine *engine, int64_t as_of_ms,
                                    tn_summary_visit *visit, void *context, tn_error *error) {
    summary_job job = {.engine = engine, .visit = visit, .context = context};
    TN_TRY(transactions_check(engine, error));
    TN_TRY(tn_engine_as_of(engine, as_of_ms, &job.as_of_ms, error));
    return each_row(engine, visit_summary, &job);
}

typedef struct days_job {
    const tn_engine *engine;
    tn_days_visit *visit;
    void *context;
    int32_t *days;
    double *values;
    size_t count, day_capacity, value_capacity;
    bool failed;
} days_job;

static void collect_day(void *context, int32_t day, double value) {
    days_job *job = context;
    const size_t want = job->count + 1;
    if (!tn_array_reserve(NULL, (void **)&job->days, &job->day_capacity, want, sizeof *job->days) ||
        !tn_array_reserve(NULL, (void **)&job->values, &job->value_capacity, want,
                          sizeof *job->values)) {
        job->failed = true;
        return;
    }
    job->days[job->count] = day;
    job->values[job->count++] = value;
}

static tn_status visit_days(void *context, uint32_t shard, uint32_t row) {
    days_job *job = context;
    const tn_table *table = job->engine->shards[shard].table;
    job->count = 0;
    tn_table_days_visit(table, row, INT32_MAX, collect_day, job);
    if (job->failed) return TN_OUT_OF_MEMORY;
    if (job->count > 0)
        job->visit(job->context, tn_table_id(table, row), job->days, job->values, job->count);
    return TN_OK;
}

tn_status tn_engine_days_visit(const tn_engine *engine, tn_days_visit *visit, void *context,
                               tn_error *error) {
    days_job job = {.engine = engine, .visit = visit, .context = context};
    TN_TRY(transactions_check(engine, error));
    const tn_status status = each_row(engine, visit_days, &job);
    tn_free(NULL, job.days, job.day_capacity * sizeof *job.days);
    tn_free(NULL, job.values, job.value_capacity * sizeof *job.values);
    if (status != TN_OK) return tn_fail_memory(error);
    return TN_OK;
}

/* ---- Fit ---- */

typedef struct fit_input {
    tn_summary *rows;
    size_t count;
} fit_input;

static void collect_summary(void *context, tn_str id, const tn_summary *summary) {
    fit_input *input = context;
    (void)id;
    input->rows[input->count++] = *summary;
}

static tn_status fit_models(tn_engine *engine, const fit_input *input, tn_engine_fit *out,
                            tn_error *error) {
    const tn_model_clv *clv = &engine->model->clv;
    const tn_fit_options options = {.parallel = &engine->parallel};
    if (!clv->has_purchase_parameters) {
        TN_TRY(tn_purchase_fit(clv->purchases, input->rows, input->count, &options, &out->purchases,
                               error));
        out->has_purchases = true;
    }
    if (!clv->has_spend_parameters && clv->spend == TN_SPEND_GAMMA_GAMMA) {
        TN_TRY(tn_spend_fit(clv->spend, input->rows, input->count, &options, &out->spend, error));
        out->has_spend = true;
    }
    return TN_OK;
}

tn_status tn_engine_fit_clv(tn_engine *engine, int64_t as_of_ms, tn_engine_fit *out,
                            tn_error *error) {
    const tn_model_clv *clv = &engine->model->clv;
    const uint64_t start_ns = tn_clock_monotonic_ns();
    if (!clv->is_present) return tn_fail(error, TN_CONFLICT, "the model declares no clv");
    const size_t bytes = (tn_engine_customer_count(engine) + 1) * sizeof(tn_summary);
    fit_input input = {.rows = tn_alloc(NULL, bytes)};
    tn_engine_fit fit = {0};
    if (input.rows == NULL) return tn_fail_memory(error);
    tn_status status = tn_engine_summaries_visit(engine, as_of_ms, collect_summary, &input, error);
    if (status == TN_OK) status = fit_models(engine, &input, &fit, error);
    tn_free(NULL, input.rows, bytes);
    if (status != TN_OK) return status;
    if (fit.has_purchases) tn_scorer_set_purchases(engine->scorer, &fit.purchases.parameters);
    if (fit.has_spend) tn_scorer_set_spend(engine->scorer, &fit.spend.parameters);
    fit.seconds = (double)(tn_clock_monotonic_ns() - start_ns) / 1e9;
    *out = fit;
    return TN_OK;
}

bool tn_engine_parameters(const tn_engine *engine, tn_purchase_parameters *purchases,
                          tn_spend_parameters *spend) {
    if (!tn_scorer_has_purchases(engine->scorer) || !tn_scorer_has_spend(engine->scorer))
        return false;
    if (purchases != NULL) *purchases = *tn_scorer_purchases(engine->scorer);
    if (spend != NULL) *spend = *tn_scorer_spend(engine->scorer);
    return true;
}

tn_status tn_engine_set_parameters(tn_engine *engine, const tn_purchase_parameters *purchases,
                                   const tn_spend_parameters *spend, tn_error *error) {
    const tn_model_clv *clv = &engine->model->clv;
    if (!clv->is_present) return tn_fail(error, TN_CONFLICT, "the model declares no clv");
    if (purchases != NULL && purchases->model != clv->purchases)
        return tn_fail(error, TN_CONFLICT, "the model uses %s",
                       tn_purchase_model_name(clv->purchases));
    if (spend != NULL && spend->model != clv->spend)
        return tn_fail(error, TN_CONFLICT, "the model uses %s", tn_spend_model_name(clv->spend));
    if (purchases != NULL) TN_TRY(tn_purchase_parameters_check(purchases, error));
    if (spend != NULL) TN_TRY(tn_spend_parameters_check(spend, error));
    if (purchases != NULL) tn_scorer_set_purchases(engine->scorer, purchases);
    if (spend != NULL) tn_scorer_set_spend(engine->scorer, spend);
    return TN_OK;
}

tn_status tn_engine_rescore(tn_engine *engine, int64_t as_of_ms, tn_rescore_result *out,
                            tn_error *error) {
    const uint64_t start_ns = tn_clock_monotonic_ns();
    int64_t as_of;
    TN_TRY(tn_engine_as_of(engine, as_of_ms, &as_of, error));
    TN_TRY(tn_scorer_run(engine->scorer, as_of, &engine->parallel, error));
    engine->as_of_ms = as_of;
    if (out != NULL)
        *out = (tn_rescore_result){.epoch = tn_scorer_epoch(engine->scorer),
                                   .customers = tn_engine_customer_count(engine),
                                   .as_of_ms = as_of,
                                   .seconds = (double)(tn_clock_monotonic_ns() - start_ns) / 1e9};
    return TN_OK;
}
