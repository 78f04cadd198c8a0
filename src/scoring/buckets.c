/* buckets.c: see buckets.h. */
#include "scoring/buckets.h"

#include "base/bits.h"
#include "base/error.h"
#include "base/hash.h"

#include <string.h>

tn_status tn_buckets_init(tn_buckets *buckets, tn_heap *heap, const tn_bucket_use *uses) {
    *buckets = (tn_buckets){.heap = heap, .uses = uses};
    tn_column_init(&buckets->known, heap, TN_PHYSICAL_BITS);
    if (uses == NULL) return TN_OK;
    const uint32_t count = uses->index + 1;
    buckets->columns = tn_alloc_array(heap, count, sizeof *buckets->columns);
    if (buckets->columns == NULL) return TN_OUT_OF_MEMORY;
    buckets->count = count;
    for (uint32_t i = 0; i < count; i++)
        tn_column_init(&buckets->columns[i], heap, TN_PHYSICAL_U32);
    for (const tn_bucket_use *use = uses; use != NULL; use = use->next)
        if (use->salt.size + TN_ID_SIZE_MAX > buckets->scratch_size)
            buckets->scratch_size = use->salt.size + TN_ID_SIZE_MAX;
    return TN_OK;
}

void tn_buckets_deinit(tn_buckets *buckets) {
    for (uint32_t i = 0; i < buckets->count; i++)
        tn_column_deinit(&buckets->columns[i]);
    tn_free(buckets->heap, buckets->columns, buckets->count * sizeof *buckets->columns);
    tn_column_deinit(&buckets->known);
    buckets->columns = NULL;
    buckets->count = 0;
}

static void row_update(const tn_buckets *buckets, const tn_table *table, uint32_t row,
                       char *scratch) {
    const tn_str id = tn_table_id(table, row);
    for (const tn_bucket_use *use = buckets->uses; use != NULL; use = use->next) {
        if (use->salt.size > 0) memcpy(scratch, use->salt.data, use->salt.size);
        memcpy(scratch + use->salt.size, id.data, id.size);
        uint32_t *rows = tn_column_chunk(&buckets->columns[use->index], row / TN_CHUNK_ROWS);
        rows[row % TN_CHUNK_ROWS] =
            (uint32_t)(tn_hash_plain(scratch, use->salt.size + id.size) % use->n);
    }
}

static void chunk_update(const tn_buckets *buckets, const tn_table *table, size_t chunk,
                         char *scratch) {
    const uint64_t *live = tn_table_live_words(table, chunk);
    uint64_t *known = tn_column_chunk(&buckets->known, chunk);
    for (size_t w = 0; w < TN_CHUNK_ROWS / TN_WORD_BITS; w++) {
        for (uint64_t left = live[w] & ~known[w]; left != 0; left &= left - 1) {
            const size_t row = chunk * TN_CHUNK_ROWS + w * TN_WORD_BITS + tn_lowest_bit(left);
            row_update(buckets, table, (uint32_t)row, scratch);
        }
        known[w] |= live[w];
    }
}

tn_status tn_buckets_update(tn_buckets *buckets, const tn_table *table) {
    if (buckets->count == 0) return TN_OK;
    const uint32_t rows = tn_table_row_count(table);
    for (uint32_t i = 0; i < buckets->count; i++)
        TN_TRY(tn_column_reserve(&buckets->columns[i], rows));
    TN_TRY(tn_column_reserve(&buckets->known, rows));
    char *scratch = tn_alloc(buckets->heap, buckets->scratch_size);
    if (scratch == NULL) return TN_OUT_OF_MEMORY;
    for (size_t chunk = 0; chunk < buckets->known.chunk_count; chunk++)
        chunk_update(buckets, table, chunk, scratch);
    tn_free(buckets->heap, scratch, buckets->scratch_size);
    return TN_OK;
}

void tn_buckets_forget_row(tn_buckets *buckets, uint32_t row) {
    if (row / TN_CHUNK_ROWS < buckets->known.chunk_count) tn_column_clear_row(&buckets->known, row);
}

size_t tn_buckets_bytes(const tn_buckets *buckets) {
    size_t bytes = tn_column_bytes(&buckets->known);
    for (uint32_t i = 0; i < buckets->count; i++)
        bytes += tn_column_bytes(&buckets->columns[i]);
    return bytes;
}
