/* fit_rows.h: the rows of a fit, sorted by content and merged, grouped by x.
 *
 * The order of the merged rows is that of a hash of their content: it does not depend on the order
 * in which they came, and a prefix-free walk through it is a random sample. */
#ifndef TN_BTYD_FIT_ROWS_H
#define TN_BTYD_FIT_ROWS_H

#include "base/alloc.h"
#include "base/thread.h"

#include <tenure/btyd.h>

/* Rows with the same x: [begin, end) of the columns. */
typedef struct tn_fit_group {
    double x;
    double weight;
    size_t begin;
    size_t end;
    size_t chunk_begin; /* its chunks */
    size_t chunk_end;
} tn_fit_group;

/* A piece of one group: the unit of parallel work. */
typedef struct tn_fit_chunk {
    size_t group;
    size_t begin;
    size_t end;
} tn_fit_chunk;

typedef enum tn_fit_kind {
    TN_FIT_PURCHASES, /* columns t_x and T */
    TN_FIT_SPEND,     /* columns m and log m, of rows with x > 0 and m > 0 */
} tn_fit_kind;

typedef struct tn_fit_rows {
    tn_heap *heap;
    size_t count;    /* distinct rows */
    size_t capacity; /* elements of each column */
    double *first;   /* t_x, or m */
    double *second;  /* T, or log m */
    double *weight;
    tn_fit_group *groups; /* by rising x */
    size_t group_count;
    tn_fit_chunk *chunks; /* in the order of their rows */
    size_t chunk_count;
    double customers;    /* sum of the weights */
    double repeats;      /* sum of weight x */
    double second_total; /* sum of weight T; for spend, of weight m */
} tn_fit_rows;

/* A merged row before grouping. */
typedef struct tn_fit_record {
    double first;
    double second;
    double weight;
    uint32_t x;
    uint32_t key; /* hash of x, first, second */
} tn_fit_record;

typedef struct tn_fit_records {
    tn_heap *heap;
    tn_fit_record *data;
    size_t count;
    size_t capacity;
    tn_fit_record *scratch; /* room to group them, of at least `count` */
    size_t scratch_capacity;
} tn_fit_records;

/* Checks, sorts and merges. Rows of weight 0, and for spend those without x > 0 and m > 0, are left
 * out. TN_BAD_ARGUMENT names the row. */
tn_status tn_fit_records_init(tn_fit_records *records, tn_fit_kind kind, const tn_summary *rows,
                              size_t n, tn_heap *heap, tn_error *error) TN_MUST_CHECK;
void tn_fit_records_deinit(tn_fit_records *records);

/* Groups the records by x, using their scratch; of every `stride` customers in the records' order
 * one is kept. */
tn_status tn_fit_rows_init(tn_fit_rows *rows, tn_fit_kind kind, const tn_fit_records *records,
                           double stride) TN_MUST_CHECK;
void tn_fit_rows_deinit(tn_fit_rows *rows);

/* Calls body(context, i) for every chunk i, several chunks at a time, on the threads of `parallel`;
 * what a chunk adds up is to be put in its own place and added in the order of the chunks. */
typedef void tn_fit_chunk_body(void *context, size_t chunk);
void tn_fit_rows_for_each_chunk(const tn_fit_rows *rows, const tn_parallel *parallel,
                                tn_fit_chunk_body *body, void *context);

#endif
