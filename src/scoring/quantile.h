/* quantile.h: exact quantiles of a column over all shards.
 *
 * Order statistics by counting: rows fall into buckets of equal width, the buckets that hold a
 * wanted rank are narrowed until every one of them is a single number, or so few rows are left that
 * they are gathered. Never a sort of the base; the same numbers for any number of shards. */
#ifndef TN_SCORING_QUANTILE_H
#define TN_SCORING_QUANTILE_H

#include "base/thread.h"
#include "store/table.h"

/* One shard's values: the live rows that are not null. */
typedef struct tn_quantile_shard {
    const tn_table *table;
    const tn_column
        *column; /* F64, F32, I64 (below INT64_MAX), I32, U32, I8 or UNITS (as points) */
} tn_quantile_shard;

typedef struct tn_quantile_request {
    const tn_quantile_shard *shards;
    size_t shard_count;
    uint32_t n;      /* n − 1 quantiles: k/n for k = 1 … n − 1 */
    bool skips_zero; /* of a U32 column: 0 is no value */
    bool is_age;     /* of an I32 column of days: take today less the day, at least 0 */
    int32_t today;   /* with is_age */
    const tn_parallel *parallel;
} tn_quantile_request;

/* Writes the n − 1 type-7 quantiles (Hyndman and Fan 1996) in ascending order, or none when there
 * is no value: *count is n − 1 or 0. Reads the column two or three times. TN_OUT_OF_MEMORY. */
tn_status tn_quantile_cuts(const tn_quantile_request *request, double *cuts,
                           size_t *count) TN_MUST_CHECK;

#endif
