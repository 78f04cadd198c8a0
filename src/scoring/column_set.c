/* column_set.c: see column_set.h. */
#include "scoring/column_set.h"

#include "base/bits.h"

tn_status tn_column_set_init(tn_column_set *set, tn_heap *heap, const tn_model *derived,
                             uint32_t hidden_count) {
    *set = (tn_column_set){.heap = heap};
    tn_column_init(&set->covered, heap, TN_PHYSICAL_BITS);
    const uint32_t derived_count = derived != NULL ? derived->derived_count : 0;
    set->columns =
        tn_alloc_array(heap, (size_t)derived_count + hidden_count + 1, sizeof *set->columns);
    if (set->columns == NULL) return TN_OUT_OF_MEMORY;
    set->derived_count = derived_count;
    set->column_count = derived_count + hidden_count;
    for (uint32_t i = 0; i < set->column_count; i++)
        tn_column_init(&set->columns[i], heap,
                       i < derived_count ? tn_derived_physical(&derived->derived[i])
                                         : TN_PHYSICAL_F64);
    return TN_OK;
}

void tn_column_set_deinit(tn_column_set *set) {
    if (set->columns == NULL) return;
    for (uint32_t i = 0; i < set->column_count; i++)
        tn_column_deinit(&set->columns[i]);
    tn_free(set->heap, set->columns, ((size_t)set->column_count + 1) * sizeof *set->columns);
    tn_column_deinit(&set->covered);
    *set = (tn_column_set){0};
}

tn_status tn_column_set_reserve(tn_column_set *set, uint32_t rows) {
    for (uint32_t i = 0; i < set->column_count; i++)
        if (tn_column_reserve(&set->columns[i], rows) != TN_OK) return TN_OUT_OF_MEMORY;
    return tn_column_reserve(&set->covered, rows);
}

void tn_column_set_clear_row(tn_column_set *set, uint32_t row) {
    const size_t chunk = row / TN_CHUNK_ROWS;
    for (uint32_t i = 0; i < set->column_count; i++)
        if (chunk < set->columns[i].chunk_count) tn_column_clear_row(&set->columns[i], row);
    if (chunk < set->covered.chunk_count) tn_column_clear_row(&set->covered, row);
}

bool tn_column_set_covers(const tn_column_set *set, uint32_t row) {
    if (row >= set->row_count) return false;
    return tn_bit_get(tn_column_chunk(&set->covered, row / TN_CHUNK_ROWS), row % TN_CHUNK_ROWS);
}

size_t tn_column_set_bytes(const tn_column_set *set) {
    size_t bytes = tn_column_bytes(&set->covered);
    for (uint32_t i = 0; i < set->column_count; i++)
        bytes += tn_column_bytes(&set->columns[i]);
    return bytes;
}

tn_column *tn_column_set_derived(const tn_column_set *set, uint32_t index) {
    return &set->columns[index];
}

tn_column *tn_column_set_hidden(const tn_column_set *set, uint32_t index) {
    return &set->columns[set->derived_count + index];
}
