/* fit_likelihood.c: the room that the likelihoods share. */
#include "btyd/fit_likelihood.h"

static size_t room_bytes(const tn_fit_rows *rows) {
    return (rows->chunk_count + 1) * sizeof(tn_likelihood_sums);
}

tn_status tn_likelihood_init(tn_likelihood *likelihood, const tn_fit_rows *rows,
                             const tn_parallel *parallel) {
    *likelihood = (tn_likelihood){.rows = rows, .parallel = parallel};
    likelihood->chunks = tn_alloc(rows->heap, room_bytes(rows));
    return likelihood->chunks != NULL ? TN_OK : TN_OUT_OF_MEMORY;
}

void tn_likelihood_deinit(tn_likelihood *likelihood) {
    tn_free(likelihood->rows->heap, likelihood->chunks, room_bytes(likelihood->rows));
    likelihood->chunks = NULL;
}
