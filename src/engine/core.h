/* core.h: the engine's own structure, for the sources of this layer.
 *
 * An engine owns a model, its plans, a team of threads and the shards. A shard is a heap and a
 * table; it is touched by one thread at a time: whichever of the team runs its item. */
#ifndef TN_ENGINE_CORE_H
#define TN_ENGINE_CORE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/thread.h"
#include "kernels/kernels.h"
#include "model/model.h"
#include "scoring/intake.h"
#include "scoring/scorer.h"
#include "store/table.h"

#include <tenure/engine.h>

/* How far ahead of the clock an event may lie (SPEC 5.0). */
#define TN_FUTURE_TOLERANCE_MS (5 * 60 * 1000LL)

typedef struct tn_shard {
    tn_heap *heap;
    tn_table *table;
} tn_shard;

/* A batch sorted by shard: rows of shard s are order[first[s]] to order[first[s + 1] − 1], in the
 * order of arrival. */
typedef struct tn_scatter {
    uint32_t *shard_of; /* by row; UINT32_MAX: rejected or left out */
    uint32_t *order;
    uint32_t *first; /* shard_count + 1 */
    size_t rows;     /* that have a shard */
} tn_scatter;

struct tn_engine {
    tn_model *model;
    tn_plan *plan;
    tn_intake *intake;
    tn_intake_state *intake_state;
    tn_scorer *scorer;
    tn_team *team;
    tn_parallel parallel;
    const tn_kernels *kernels;
    tn_hash_secret shard_secret; /* customer → shard */
    tn_shard *shards;
    uint32_t shard_count;
    tn_engine_options options;
    int64_t as_of_ms; /* of the last rescore or fit; TN_AS_OF_DEFAULT before */
    int64_t newest_event_ms;
    tn_arena arena; /* of info */
    tn_engine_info info;
};

/* The shard of an id: the same for every engine with the same secret and number of shards. */
uint32_t tn_engine_shard_of(const tn_engine *engine, tn_str id);
/* Finds a customer: its shard, and its row or TN_NO_ROW. */
uint32_t tn_engine_row_of(const tn_engine *engine, tn_str id, uint32_t *shard);
/* The as-of that a rescore or fit uses when asked for `as_of_ms`; refuses to go back. */
tn_status tn_engine_as_of(const tn_engine *engine, int64_t as_of_ms, int64_t *out,
                          tn_error *error) TN_MUST_CHECK;

/* 1 to TN_ID_SIZE_MAX bytes of UTF-8 without control characters. */
tn_status tn_id_check(tn_str id, tn_error *error) TN_MUST_CHECK;
/* A value as an attribute or event field of `type` may have it; −0 becomes 0. */
tn_status tn_attribute_value_check(tn_attribute_type type, tn_str name, tn_value *value,
                                   tn_error *error) TN_MUST_CHECK;

/* Allocated in `arena`; shard_of is filled by the caller before tn_scatter_sort. */
tn_status tn_scatter_init(tn_scatter *scatter, tn_arena *arena, size_t count,
                          uint32_t shard_count) TN_MUST_CHECK;
void tn_scatter_sort(tn_scatter *scatter, size_t count, uint32_t shard_count);

/* Fills engine->info from the model. */
tn_status tn_engine_info_build(tn_engine *engine, tn_error *error) TN_MUST_CHECK;

#endif
