/* scatter.c: a batch sorted by shard, stable, by counting. */
#include "engine/core.h"

#include <string.h>

tn_status tn_scatter_init(tn_scatter *scatter, tn_arena *arena, size_t count,
                          uint32_t shard_count) {
    scatter->shard_of = tn_arena_array(arena, count, sizeof *scatter->shard_of);
    scatter->order = tn_arena_array(arena, count, sizeof *scatter->order);
    scatter->first = tn_arena_array(arena, (size_t)shard_count + 1, sizeof *scatter->first);
    scatter->rows = 0;
    if (scatter->shard_of == NULL || scatter->order == NULL || scatter->first == NULL)
        return TN_OUT_OF_MEMORY;
    return TN_OK;
}

void tn_scatter_sort(tn_scatter *scatter, size_t count, uint32_t shard_count) {
    uint32_t *first = scatter->first;
    memset(first, 0, ((size_t)shard_count + 1) * sizeof *first);
    for (size_t i = 0; i < count; i++)
        if (scatter->shard_of[i] != UINT32_MAX) first[scatter->shard_of[i] + 1]++;
    for (uint32_t s = 0; s < shard_count; s++)
        first[s + 1] += first[s];
    scatter->rows = first[shard_count];
    /* first[s] runs ahead to the end of shard s while rows are placed, then is put back. */
    for (size_t i = 0; i < count; i++)
        if (scatter->shard_of[i] != UINT32_MAX)
            scatter->order[first[scatter->shard_of[i]]++] = (uint32_t)i;
    for (uint32_t s = shard_count; s > 0; s--)
        first[s] = first[s - 1];
    first[0] = 0;
}
