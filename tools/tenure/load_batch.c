/* load_batch.c: rows and rejects of one batch. */
#include "load_batch.h"

#include "base/assert.h"
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

enum { POOL_SIZE = 2 << 20, ROW_SLACK = 64 };

tn_status tn_load_batch_init(tn_load_batch *batch, tn_error *error) {
    *batch = (tn_load_batch){.pool_size = POOL_SIZE};
    tn_buffer_init(&batch->reasons, NULL);
    batch->ids = tn_alloc_array(NULL, TN_LOAD_BATCH_ROWS, sizeof *batch->ids);
    batch->raws = tn_alloc_array(NULL, TN_LOAD_BATCH_ROWS, sizeof *batch->raws);
    batch->lines = tn_alloc_array(NULL, TN_LOAD_BATCH_ROWS, sizeof *batch->lines);
    batch->pool = tn_alloc(NULL, POOL_SIZE);
    if (batch->ids != NULL && batch->raws != NULL && batch->lines != NULL && batch->pool != NULL)
        return TN_OK;
    tn_load_batch_deinit(batch);
    return tn_fail_memory(error);
}

void tn_load_batch_deinit(tn_load_batch *batch) {
    tn_free(NULL, batch->ids, TN_LOAD_BATCH_ROWS * sizeof *batch->ids);
    tn_free(NULL, batch->raws, TN_LOAD_BATCH_ROWS * sizeof *batch->raws);
    tn_free(NULL, batch->lines, TN_LOAD_BATCH_ROWS * sizeof *batch->lines);
    tn_free(NULL, batch->rejects, batch->reject_capacity * sizeof *batch->rejects);
    tn_free(NULL, batch->pool, batch->pool_size);
    tn_buffer_deinit(&batch->reasons);
    *batch = (tn_load_batch){0};
}

bool tn_load_batch_is_empty(const tn_load_batch *batch) {
    return batch->count == 0 && batch->reject_count == 0;
}

static size_t pool_need(size_t row_bytes) {
    return 2 * row_bytes + ROW_SLACK;
}

bool tn_load_batch_has_room(const tn_load_batch *batch, size_t row_bytes) {
    return batch->count + batch->reject_count < TN_LOAD_BATCH_ROWS &&
           batch->pool_size - batch->pool_used >= pool_need(row_bytes);
}

tn_status tn_load_batch_reserve(tn_load_batch *batch, size_t row_bytes, tn_error *error) {
    TN_ASSERT(tn_load_batch_is_empty(batch));
    const size_t need = pool_need(row_bytes);
    if (batch->pool_size >= need) return TN_OK;
    char *pool = tn_alloc(NULL, need);
    if (pool == NULL) return tn_fail_memory(error);
    tn_free(NULL, batch->pool, batch->pool_size);
    batch->pool = pool;
    batch->pool_size = need;
    return TN_OK;
}

tn_str tn_load_batch_copy(tn_load_batch *batch, tn_str text) {
    TN_ASSERT(batch->pool_size - batch->pool_used >= text.size);
    char *copy = batch->pool + batch->pool_used;
    if (text.size > 0) memcpy(copy, text.data, text.size);
    batch->pool_used += text.size;
    return (tn_str){copy, text.size};
}

void tn_load_batch_reject(tn_load_batch *batch, uint64_t line, const char *reason, tn_str raw) {
    if (!tn_array_reserve(NULL, (void **)&batch->rejects, &batch->reject_capacity,
                          batch->reject_count + 1, sizeof *batch->rejects)) {
        batch->out_of_memory = true;
        return;
    }
    batch->rejects[batch->reject_count++] =
        (tn_load_reject){.line = line, .reason_at = batch->reasons.size, .raw = raw};
    tn_buffer_append(&batch->reasons, reason, strlen(reason) + 1);
}

/* The message and, when it is one line, what the error suggests. */
void tn_load_batch_engine_reject(void *context, size_t row, const tn_error *error) {
    tn_load_batch *batch = context;
    char reason[TN_ERROR_MESSAGE_SIZE + 256];
    const bool has_advice = error->detail[0] != '\0' && strchr(error->detail, '\n') == NULL;
    if (has_advice)
        snprintf(reason, sizeof reason, "%s; %.240s", error->message, error->detail);
    else
        snprintf(reason, sizeof reason, "%s", error->message);
    tn_load_batch_reject(batch, batch->lines[row], reason, batch->raws[row]);
}

static int by_line(const void *a, const void *b) {
    const uint64_t left = ((const tn_load_reject *)a)->line;
    const uint64_t right = ((const tn_load_reject *)b)->line;
    return (left > right) - (left < right);
}

tn_status tn_load_batch_finish(tn_load_batch *batch, const char *file, tn_rejects *rejects,
                               tn_error *error) {
    if (batch->out_of_memory || batch->reasons.failed) return tn_fail_memory(error);
    if (batch->reject_count > 1)
        qsort(batch->rejects, batch->reject_count, sizeof *batch->rejects, by_line);
    for (size_t i = 0; i < batch->reject_count; i++) {
        const tn_load_reject *reject = &batch->rejects[i];
        TN_TRY(tn_rejects_put(rejects, file, reject->line, batch->reasons.data + reject->reason_at,
                              reject->raw, error));
    }
    batch->count = 0;
    batch->reject_count = 0;
    batch->pool_used = 0;
    tn_buffer_clear(&batch->reasons);
    return TN_OK;
}
