/* load_batch.h: the rows of one batch on their way into an engine, with what is needed to say later
 * which of them were rejected: their lines and their bytes.
 *
 * Texts are copied into one pool that never moves while the batch holds rows. */
#ifndef TN_TOOLS_LOAD_BATCH_H
#define TN_TOOLS_LOAD_BATCH_H

#include "rejects.h"

#include <tenure/engine.h>

enum { TN_LOAD_BATCH_ROWS = 8192 };

typedef struct tn_load_reject {
    uint64_t line;
    size_t reason_at; /* in `reasons`, NUL-terminated */
    tn_str raw;       /* in the pool */
} tn_load_reject;

typedef struct tn_load_batch {
    size_t count;            /* rows */
    tn_str *ids, *raws;      /* TN_LOAD_BATCH_ROWS each */
    uint64_t *lines;         /* the same */
    tn_load_reject *rejects; /* by the reader or, while it is applied, by the engine */
    size_t reject_count, reject_capacity;
    tn_buffer reasons;
    char *pool;
    size_t pool_used, pool_size;
    bool out_of_memory; /* a reject could not be noted */
} tn_load_batch;

tn_status tn_load_batch_init(tn_load_batch *batch, tn_error *error) TN_MUST_CHECK;
void tn_load_batch_deinit(tn_load_batch *batch);

/* Whether the batch holds nothing, and whether it has room for a row of so many bytes. */
bool tn_load_batch_is_empty(const tn_load_batch *batch);
bool tn_load_batch_has_room(const tn_load_batch *batch, size_t row_bytes);
/* Makes room in an empty batch for a row of any size. */
tn_status tn_load_batch_reserve(tn_load_batch *batch, size_t row_bytes,
                                tn_error *error) TN_MUST_CHECK;
/* Copies a text into the pool. What is copied for one row is at most twice its bytes. */
tn_str tn_load_batch_copy(tn_load_batch *batch, tn_str text);

/* Notes a row that cannot be taken. `raw` is in the pool. */
void tn_load_batch_reject(tn_load_batch *batch, uint64_t line, const char *reason, tn_str raw);
/* The shape of tn_batch_result.reject, context the batch: notes its row number `row`. */
void tn_load_batch_engine_reject(void *context, size_t row, const tn_error *error);
/* Hands the rejects over in the order of their lines, and empties the batch. */
tn_status tn_load_batch_finish(tn_load_batch *batch, const char *file, tn_rejects *rejects,
                               tn_error *error) TN_MUST_CHECK;

#endif
