/* query.h: a boolean expression over attributes, action summaries and derived columns, evaluated
 * over the published epoch of a scorer (tile: over cuts of the whole base at the time of create).
 */
#ifndef TN_SCORING_QUERY_H
#define TN_SCORING_QUERY_H

#include "scoring/scorer.h"

typedef struct tn_query tn_query;

/* Compiles `text`. Errors carry the position in the text: detail has the line and a caret. */
tn_status tn_query_create(const tn_scorer *scorer, tn_str text, const tn_parallel *parallel,
                          tn_query **out, tn_error *error) TN_MUST_CHECK;
void tn_query_destroy(tn_query *query); /* NULL is allowed */
/* The live rows of one chunk for which it holds, TN_CHUNK_ROWS bits. One thread a shard at a time.
 */
tn_status tn_query_chunk(tn_query *query, size_t shard, size_t chunk,
                         uint64_t words[TN_CHUNK_ROWS / 64]) TN_MUST_CHECK;

#endif
