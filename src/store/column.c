/* column.c: chunks come one by one while a column is small, and in runs of RUN_BYTES later: an
 * allocator that pads every large block by a page would otherwise cost an eighth of the memory. A
 * run is not touched before the chunk that lies in it is reserved. */
#include "store/column.h"

#include "base/assert.h"

#include "base/bits.h"

#include <math.h>
#include <string.h>

enum { RUN_BYTES = 128 * 1024 };

/* Bytes of one row; 0 for bits. */
static size_t row_bytes(tn_physical physical) {
    switch (physical) {
    case TN_PHYSICAL_F64:
    case TN_PHYSICAL_I64:
        return 8;
    case TN_PHYSICAL_F32:
    case TN_PHYSICAL_I32:
    case TN_PHYSICAL_U32:
    case TN_PHYSICAL_CODE:
    case TN_PHYSICAL_UNITS:
        return 4;
    case TN_PHYSICAL_U16:
        return 2;
    case TN_PHYSICAL_U8:
    case TN_PHYSICAL_I8:
        return 1;
    case TN_PHYSICAL_BITS:
        break;
    }
    return 0;
}

size_t tn_chunk_bytes(tn_physical physical) {
    const size_t bytes = row_bytes(physical);
    return bytes > 0 ? bytes * TN_CHUNK_ROWS : TN_CHUNK_ROWS / 8;
}

static size_t run_chunks(tn_physical physical) {
    return RUN_BYTES / tn_chunk_bytes(physical);
}

void tn_column_init(tn_column *column, tn_heap *heap, tn_physical physical) {
    *column = (tn_column){.heap = heap, .physical = physical};
}

void tn_column_init_zero(tn_column *column, tn_heap *heap, tn_physical physical) {
    *column = (tn_column){.heap = heap, .physical = physical, .starts_zero = true};
}

void tn_column_deinit(tn_column *column) {
    const size_t bytes = tn_chunk_bytes(column->physical);
    const size_t run = run_chunks(column->physical);
    TN_ASSERT(run > 0);
    for (size_t i = 0; i < column->chunk_count; i++) {
        if (i < run)
            tn_free(column->heap, column->chunks[i], bytes);
        else if (i % run == 0)
            tn_free(column->heap, column->chunks[i], bytes * run);
    }
    tn_free(column->heap, column->chunks, column->chunk_capacity * sizeof *column->chunks);
    *column = (tn_column){.heap = column->heap, .physical = column->physical};
}

/* Writes the null of the type (0 for types without one) to `rows` rows from `data`. */
static void fill_null(tn_physical physical, void *data, size_t rows) {
    switch (physical) {
    case TN_PHYSICAL_F64:
        for (size_t i = 0; i < rows; i++)
            ((double *)data)[i] = (double)NAN;
        return;
    case TN_PHYSICAL_F32:
        for (size_t i = 0; i < rows; i++)
            ((float *)data)[i] = NAN;
        return;
    case TN_PHYSICAL_I64:
        for (size_t i = 0; i < rows; i++)
            ((int64_t *)data)[i] = INT64_MIN;
        return;
    case TN_PHYSICAL_I32:
    case TN_PHYSICAL_UNITS:
        for (size_t i = 0; i < rows; i++)
            ((int32_t *)data)[i] = INT32_MIN;
        return;
    case TN_PHYSICAL_I8:
    case TN_PHYSICAL_CODE:
        memset(data, 0xFF, rows * row_bytes(physical));
        return;
    case TN_PHYSICAL_U32:
    case TN_PHYSICAL_U16:
    case TN_PHYSICAL_U8:
        memset(data, 0, rows * row_bytes(physical));
        return;
    case TN_PHYSICAL_BITS:
        memset(data, 0, rows / 8);
        return;
    }
}

/* Memory for the next chunk, not yet filled: a block of its own, or the next piece of a run. */
static void *next_chunk(const tn_column *column, size_t bytes) {
    const size_t run = run_chunks(column->physical);
    const size_t index = column->chunk_count;
    if (index < run) return tn_alloc(column->heap, bytes);
    if (index % run == 0) return tn_alloc(column->heap, bytes * run);
    return (char *)column->chunks[index - 1] + bytes;
}

tn_status tn_column_reserve(tn_column *column, size_t rows) {
    const size_t want = (rows + TN_CHUNK_ROWS - 1) / TN_CHUNK_ROWS;
    const size_t bytes = tn_chunk_bytes(column->physical);
    while (column->chunk_count < want) {
        void *chunks = column->chunks;
        if (!tn_array_reserve(column->heap, &chunks, &column->chunk_capacity,
                              column->chunk_count + 1, sizeof *column->chunks))
            return TN_OUT_OF_MEMORY;
        column->chunks = chunks;
        void *chunk = next_chunk(column, bytes);
        if (chunk == NULL) return TN_OUT_OF_MEMORY;
        if (column->starts_zero)
            memset(chunk, 0, bytes);
        else
            fill_null(column->physical, chunk, TN_CHUNK_ROWS);
        column->chunks[column->chunk_count++] = chunk;
    }
    return TN_OK;
}

void tn_column_clear_row(tn_column *column, size_t row) {
    char *chunk = column->chunks[row / TN_CHUNK_ROWS];
    const size_t offset = row % TN_CHUNK_ROWS;
    const size_t bytes = row_bytes(column->physical);
    if (bytes == 0)
        tn_bit_clear((uint64_t *)(void *)chunk, offset);
    else if (column->starts_zero)
        memset(chunk + offset * bytes, 0, bytes);
    else
        fill_null(column->physical, chunk + offset * bytes, 1);
}

size_t tn_column_bytes(const tn_column *column) {
    return column->chunk_count * tn_chunk_bytes(column->physical) +
           column->chunk_capacity * sizeof *column->chunks;
}
