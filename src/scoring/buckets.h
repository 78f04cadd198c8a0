/* buckets.h: the bucket columns of one shard: XXH3-64 of salt and id, mod n, for every row.
 *
 * A row's bucket stays what it is as long as the row is the same customer's, so it is worked out
 * once and kept from run to run. One owner thread. */
#ifndef TN_SCORING_BUCKETS_H
#define TN_SCORING_BUCKETS_H

#include "scoring/plan.h"

typedef struct tn_buckets {
    tn_heap *heap;
    const tn_bucket_use *uses;
    tn_column *columns; /* U32, by index of a use */
    uint32_t count;
    tn_column known;     /* BITS: rows that are worked out */
    size_t scratch_size; /* bytes of the longest salt and id */
} tn_buckets;

tn_status tn_buckets_init(tn_buckets *buckets, tn_heap *heap,
                          const tn_bucket_use *uses) TN_MUST_CHECK;
void tn_buckets_deinit(tn_buckets *buckets);
/* Works out the live rows that are not known. On TN_OUT_OF_MEMORY what is known stays right. */
tn_status tn_buckets_update(tn_buckets *buckets, const tn_table *table) TN_MUST_CHECK;
/* The row will be someone else's. */
void tn_buckets_forget_row(tn_buckets *buckets, uint32_t row);
size_t tn_buckets_bytes(const tn_buckets *buckets);

#endif
