/* engine.c: opening and closing: a model becomes plans, shards, a scorer and a team of threads. */
#include "base/bytes.h"
#include "base/clock.h"
#include "base/cpu.h"
#include "engine/core.h"

#include <string.h>

void tn_engine_options_init(tn_engine_options *options) {
    *options = (tn_engine_options){.as_of_ms = TN_AS_OF_DEFAULT};
}

static tn_status options_check(const tn_engine_options *options, tn_error *error) {
    if (options->shards > TN_SHARDS_MAX)
        return tn_fail(error, TN_TOO_LARGE, "%u shards: at most %d", options->shards,
                       TN_SHARDS_MAX);
    if (options->threads > TN_SHARDS_MAX)
        return tn_fail(error, TN_TOO_LARGE, "%u threads: at most %d", options->threads,
                       TN_SHARDS_MAX);
    const int64_t as_of = options->as_of_ms;
    if (as_of != TN_AS_OF_DEFAULT && (as_of < TN_TIME_MS_MIN || as_of > TN_TIME_MS_MAX))
        return tn_fail(error, TN_BAD_ARGUMENT, "as-of lies outside the years 1970 to 2200");
    return TN_OK;
}

static tn_status choose_kernels(tn_engine *engine, tn_error *error) {
    const char *name = engine->options.isa;
    if (name == NULL) return tn_kernels_choose(&engine->kernels, error);
    for (int isa = 0; isa < TN_ISA_COUNT; isa++) {
        if (strcmp(name, tn_isa_name((tn_isa)isa)) != 0) continue;
        engine->kernels = tn_kernels_get((tn_isa)isa);
        if (engine->kernels != NULL) return TN_OK;
        return tn_fail(error, TN_UNSUPPORTED, "this processor has no %s", name);
    }
    return tn_fail(error, TN_BAD_ARGUMENT, "unknown instruction set '%s': base, avx2 or avx512",
                   name);
}

static tn_status make_secret(uint64_t seed, uint64_t number, tn_hash_secret *out) {
    if (seed == 0) return tn_hash_secret_random(out);
    tn_hash_secret_seeded(out, seed + number);
    return TN_OK;
}

static tn_status create_shard(tn_engine *engine, uint32_t number, tn_error *error) {
    tn_shard *shard = &engine->shards[number];
    const size_t limit = engine->options.memory_limit_bytes / engine->shard_count;
    tn_schema schema = engine->model->schema;
    if (engine->options.keep_day_values && schema.has_transactions) schema.has_refunds = true;
    tn_hash_secret secret;
    if (make_secret(engine->options.hash_seed, 1 + number, &secret) != TN_OK)
        return tn_fail(error, TN_IO, "the operating system gave no random numbers");
    shard->heap = tn_heap_create(limit);
    if (shard->heap == NULL) return tn_fail_memory(error);
    if (tn_table_create(shard->heap, &schema, &secret, &shard->table) != TN_OK)
        return tn_fail_memory(error);
    return TN_OK;
}

static tn_status create_shards(tn_engine *engine, tn_error *error) {
    const unsigned threads = engine->options.threads > 0 ? engine->options.threads : tn_cpu_count();
    engine->shard_count = engine->options.shards > 0 ? engine->options.shards : threads;
    const tn_status status = tn_team_create(threads, &engine->team);
    if (status != TN_OK) return tn_fail(error, status, "cannot start %u threads", threads);
    engine->parallel = tn_team_parallel(engine->team);
    if (make_secret(engine->options.hash_seed, 0, &engine->shard_secret) != TN_OK)
        return tn_fail(error, TN_IO, "the operating system gave no random numbers");
    engine->shards = tn_alloc_array(NULL, engine->shard_count, sizeof *engine->shards);
    if (engine->shards == NULL) return tn_fail_memory(error);
    for (uint32_t i = 0; i < engine->shard_count; i++)
        TN_TRY(create_shard(engine, i, error));
    return TN_OK;
}

static tn_status create_scorer(tn_engine *engine, tn_error *error) {
    tn_scorer_shard *shards = tn_arena_array(&engine->arena, engine->shard_count, sizeof *shards);
    if (shards == NULL) return tn_fail_memory(error);
    for (uint32_t i = 0; i < engine->shard_count; i++)
        shards[i] = (tn_scorer_shard){engine->shards[i].table, engine->shards[i].heap};
    return tn_scorer_create(engine->plan, engine->kernels, shards, engine->shard_count,
                            &engine->scorer, error);
}

static tn_status engine_build(tn_engine *engine, tn_error *error) {
    TN_TRY(choose_kernels(engine, error));
    TN_TRY(tn_plan_compile(engine->model, &engine->plan, error));
    TN_TRY(tn_intake_compile(engine->model, &engine->intake, error));
    if (tn_intake_state_create(engine->intake, engine->kernels, &engine->intake_state) != TN_OK)
        return tn_fail_memory(error);
    TN_TRY(create_shards(engine, error));
    TN_TRY(create_scorer(engine, error));
    return tn_engine_info_build(engine, error);
}

/* Takes the model in, also on failure. */
static tn_status engine_create(tn_model *model, const tn_engine_options *options, tn_engine **out,
                               tn_error *error) {
    tn_engine *engine = tn_alloc_zero(NULL, sizeof *engine);
    if (engine == NULL) {
        tn_model_destroy(model);
        return tn_fail_memory(error);
    }
    engine->model = model;
    engine->as_of_ms = TN_AS_OF_DEFAULT;
    engine->newest_event_ms = INT64_MIN;
    tn_arena_init(&engine->arena, NULL);
    if (options != NULL)
        engine->options = *options;
    else
        tn_engine_options_init(&engine->options);
    const tn_status status = engine_build(engine, error);
    if (status != TN_OK) {
        tn_engine_close(engine);
        return status;
    }
    *out = engine;
    return TN_OK;
}

tn_status tn_engine_open(const char *model_path, const tn_engine_options *options, tn_engine **out,
                         tn_error *error) {
    tn_model *model;
    if (options != NULL) TN_TRY(options_check(options, error));
    TN_TRY(tn_model_read(model_path, &model, error));
    return engine_create(model, options, out, error);
}

tn_status tn_engine_open_text(const char *name, tn_str model_text, const tn_engine_options *options,
                              tn_engine **out, tn_error *error) {
    tn_model *model;
    if (options != NULL) TN_TRY(options_check(options, error));
    TN_TRY(tn_model_parse(name, model_text, &model, error));
    return engine_create(model, options, out, error);
}

void tn_engine_close(tn_engine *engine) {
    if (engine == NULL) return;
    tn_scorer_destroy(engine->scorer);
    for (uint32_t i = 0; engine->shards != NULL && i < engine->shard_count; i++) {
        tn_table_destroy(engine->shards[i].table);
        tn_heap_destroy(engine->shards[i].heap);
    }
    tn_free(NULL, engine->shards, engine->shard_count * sizeof *engine->shards);
    if (engine->team != NULL) tn_team_destroy(engine->team);
    tn_intake_state_destroy(engine->intake_state);
    tn_intake_destroy(engine->intake);
    tn_plan_destroy(engine->plan);
    tn_model_destroy(engine->model);
    tn_arena_deinit(&engine->arena);
    tn_free(NULL, engine, sizeof *engine);
}

uint32_t tn_engine_shard_of(const tn_engine *engine, tn_str id) {
    if (engine->shard_count == 1) return 0;
    const uint64_t hash = tn_hash_keyed(&engine->shard_secret, id.data, id.size);
    return (uint32_t)(((hash >> 32) * engine->shard_count) >> 32);
}

uint32_t tn_engine_row_of(const tn_engine *engine, tn_str id, uint32_t *shard) {
    *shard = tn_engine_shard_of(engine, id);
    if (id.size == 0 || id.size > TN_ID_SIZE_MAX) return TN_NO_ROW;
    return tn_table_find(engine->shards[*shard].table, id);
}

uint64_t tn_engine_customer_count(const tn_engine *engine) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < engine->shard_count; i++)
        count += tn_table_customer_count(engine->shards[i].table);
    return count;
}

tn_status tn_engine_as_of(const tn_engine *engine, int64_t as_of_ms, int64_t *out,
                          tn_error *error) {
    int64_t as_of = as_of_ms;
    if (as_of == TN_AS_OF_DEFAULT) as_of = engine->options.as_of_ms;
    if (as_of == TN_AS_OF_DEFAULT) as_of = tn_clock_wall_ms();
    if (as_of < TN_TIME_MS_MIN || as_of > TN_TIME_MS_MAX)
        return tn_fail(error, TN_BAD_ARGUMENT, "as-of lies outside the years 1970 to 2200");
    if (engine->as_of_ms != TN_AS_OF_DEFAULT && as_of < engine->as_of_ms)
        return tn_fail(error, TN_CONFLICT, "as-of never goes back: the last one was later");
    if (engine->newest_event_ms > as_of + TN_FUTURE_TOLERANCE_MS)
        return tn_fail(error, TN_CONFLICT,
                       "the base holds events after this as-of: open the engine with it, and they "
                       "are left out");
    *out = as_of;
    return TN_OK;
}

tn_status tn_engine_delete(tn_engine *engine, tn_str id, tn_error *error) {
    uint32_t shard;
    const uint32_t row = tn_engine_row_of(engine, id, &shard);
    if (row == TN_NO_ROW) return tn_fail(error, TN_NOT_FOUND, "no such customer");
    tn_scorer_forget_row(engine->scorer, shard, row);
    tn_table_remove(engine->shards[shard].table, row);
    return TN_OK;
}

void tn_engine_stats_get(const tn_engine *engine, tn_engine_stats *out) {
    *out = (tn_engine_stats){.customers = tn_engine_customer_count(engine),
                             .derived_bytes = tn_scorer_derived_bytes(engine->scorer),
                             .plan_instructions = (uint32_t)tn_plan_instruction_count(engine->plan),
                             .plan_registers = (uint32_t)tn_plan_register_count(engine->plan),
                             .plan_passes = (uint32_t)tn_plan_pass_count(engine->plan)};
    for (uint32_t i = 0; i < engine->shard_count; i++) {
        tn_table_stats stats;
        tn_table_stats_get(engine->shards[i].table, &stats);
        out->memory_bytes += tn_heap_used_bytes(engine->shards[i].heap);
        out->raw_bytes += stats.raw_bytes;
        out->index_bytes += stats.index_bytes;
        out->id_bytes += stats.id_bytes;
        out->attribute_bytes += stats.attribute_bytes;
        out->accumulator_bytes += stats.accumulator_bytes;
        out->day_bytes += stats.day_bytes;
        out->dictionary_bytes += stats.dictionary_bytes;
    }
}
