/* quantile_keys.h: rows of a column as 64-bit keys that order as their values do. */
#ifndef TN_SCORING_QUANTILE_KEYS_H
#define TN_SCORING_QUANTILE_KEYS_H

#include "scoring/quantile.h"

/* Of a row without a value. */
#define TN_NO_KEY UINT64_MAX

/* Keys of `rows` rows of a chunk from row `first` on, a multiple of 64; room for a multiple of 64.
 */
void tn_keys_read(const tn_quantile_request *request, size_t shard, size_t chunk, size_t first,
                  size_t rows, uint64_t *keys);
/* The value that has a key. */
double tn_key_value(const tn_quantile_request *request, uint64_t key);

#endif
