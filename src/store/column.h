/* column.h: one column of a shard: a growing row of aligned chunks of equal size.
 *
 * A chunk never moves once it exists, so growing copies nothing. Rows of a fresh chunk hold the
 * null of the physical type (0 for types without one). One owner thread. */
#ifndef TN_STORE_COLUMN_H
#define TN_STORE_COLUMN_H

#include "base/alloc.h"

#include <stdint.h>
#include <tenure/status.h>

/* How the rows of a column lie in memory, and which value means null. */
typedef enum tn_physical {
    TN_PHYSICAL_F64,   /* NaN is null */
    TN_PHYSICAL_F32,   /* NaN is null */
    TN_PHYSICAL_I64,   /* INT64_MIN is null */
    TN_PHYSICAL_I32,   /* INT32_MIN is null */
    TN_PHYSICAL_U32,   /* never null */
    TN_PHYSICAL_U16,   /* never null */
    TN_PHYSICAL_U8,    /* never null */
    TN_PHYSICAL_I8,    /* -1 is null: levels, bins */
    TN_PHYSICAL_CODE,  /* uint32 code of a dictionary, UINT32_MAX is null */
    TN_PHYSICAL_UNITS, /* int32 units of 1/65,536; INT32_MIN is null */
    TN_PHYSICAL_BITS,  /* one bit a row, in 64-bit words */
} tn_physical;

enum {
    TN_CHUNK_ROWS = 4096, /* rows of one chunk; a multiple of the tile */
    TN_BLOCK_ROWS = 64
};

/* Bytes of one chunk of a physical type. */
size_t tn_chunk_bytes(tn_physical physical);

typedef struct tn_column {
    tn_heap *heap;
    tn_physical physical;
    void **chunks;
    size_t chunk_count;
    size_t chunk_capacity;
    bool starts_zero; /* fresh and cleared rows hold 0 instead of the null */
} tn_column;

void tn_column_init(tn_column *column, tn_heap *heap, tn_physical physical);
/* A column whose fresh and cleared rows hold 0: sums. */
void tn_column_init_zero(tn_column *column, tn_heap *heap, tn_physical physical);
void tn_column_deinit(tn_column *column);
/* Chunks for at least `rows` rows. On TN_OUT_OF_MEMORY the column keeps what it had. */
tn_status tn_column_reserve(tn_column *column, size_t rows) TN_MUST_CHECK;
/* Sets one row to the null (or 0) of its type. */
void tn_column_clear_row(tn_column *column, size_t row);
size_t tn_column_bytes(const tn_column *column);

static inline void *tn_column_chunk(const tn_column *column, size_t chunk) {
    return column->chunks[chunk];
}

#endif
