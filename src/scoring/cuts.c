/* cuts.c: where the quantiles of a slot come from. */
#include "scoring/quantile.h"
#include "scoring/scorer_impl.h"

#include "base/assert.h"
#include "base/error.h"

tn_status tn_cuts_init(tn_slot_cuts *cuts, size_t capacity) {
    *cuts = (tn_slot_cuts){.capacity = capacity};
    if (capacity == 0) return TN_OK;
    cuts->values = tn_alloc_array(NULL, capacity, sizeof *cuts->values);
    return cuts->values == NULL ? TN_OUT_OF_MEMORY : TN_OK;
}

void tn_cuts_deinit(tn_slot_cuts *cuts) {
    tn_free(NULL, cuts->values, cuts->capacity * sizeof *cuts->values);
    *cuts = (tn_slot_cuts){0};
}

static const tn_column *table_column(const tn_table *table, uint32_t kind, uint32_t index) {
    tn_table_column found;
    const bool is_kept = tn_table_column_find(table, (tn_table_column_kind)kind, index, &found);
    TN_ASSERT(is_kept);
    return found.column;
}

static tn_quantile_shard values_of(const tn_cut_request *request, const tn_sweep_source *source) {
    const uint32_t space = tn_key_space(request->key), index = tn_key_index(request->key);
    tn_quantile_shard values = {.table = source->table};
    if (space == TN_KEY_DERIVED)
        values.column = tn_column_set_derived(source->derived, index);
    else if (space == TN_KEY_HIDDEN)
        values.column = tn_column_set_hidden(source->hidden, index);
    else
        values.column = table_column(source->table, space, index);
    return values;
}

tn_status tn_cuts_take(const tn_cut_request *request, tn_slot_cuts *cuts) {
    const size_t shards = request->shard_count;
    tn_quantile_shard *values = tn_alloc_array(NULL, shards, sizeof *values);
    if (values == NULL) return TN_OUT_OF_MEMORY;
    for (size_t i = 0; i < shards; i++)
        values[i] = values_of(request, &request->sources[i]);
    const tn_zone *zone = request->sources[0].model->zone;
    const bool is_age = tn_key_space(request->key) == TN_TABLE_LAST_DAY;
    const tn_quantile_request quantiles = {.shards = values,
                                           .shard_count = shards,
                                           .n = request->n,
                                           .skips_zero = request->skips_zero,
                                           .is_age = is_age,
                                           .today =
                                               is_age ? tn_zone_day(zone, request->as_of_ms) : 0,
                                           .parallel = request->parallel};
    const tn_status status = tn_quantile_cuts(&quantiles, cuts->values, &cuts->count);
    tn_free(NULL, values, shards * sizeof *values);
    return status;
}
