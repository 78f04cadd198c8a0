/* cell.h: one row of a column as a pointer of its type. The column must have the row. */
#ifndef TN_STORE_CELL_H
#define TN_STORE_CELL_H

#include "store/column.h"

static inline double *tn_cell_f64(const tn_column *column, uint32_t row) {
    return (double *)column->chunks[row / TN_CHUNK_ROWS] + row % TN_CHUNK_ROWS;
}
static inline int64_t *tn_cell_i64(const tn_column *column, uint32_t row) {
    return (int64_t *)column->chunks[row / TN_CHUNK_ROWS] + row % TN_CHUNK_ROWS;
}
static inline int32_t *tn_cell_i32(const tn_column *column, uint32_t row) {
    return (int32_t *)column->chunks[row / TN_CHUNK_ROWS] + row % TN_CHUNK_ROWS;
}
static inline uint32_t *tn_cell_u32(const tn_column *column, uint32_t row) {
    return (uint32_t *)column->chunks[row / TN_CHUNK_ROWS] + row % TN_CHUNK_ROWS;
}
/* The words of the chunk of a BITS column that has the row. */
static inline uint64_t *tn_cell_words(const tn_column *column, uint32_t row) {
    return (uint64_t *)column->chunks[row / TN_CHUNK_ROWS];
}

#endif
