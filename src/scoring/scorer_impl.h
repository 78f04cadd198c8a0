/* scorer_impl.h: the inside of a scorer, for the sources of this layer. */
#ifndef TN_SCORING_SCORER_IMPL_H
#define TN_SCORING_SCORER_IMPL_H

#include "scoring/buckets.h"
#include "scoring/prospects.h"
#include "scoring/sweep.h"

/* One shard's part. */
typedef struct tn_shard_scores {
    tn_table *table;
    tn_heap *heap;
    tn_column_set sets[2]; /* sets[scorer->front] is published */
    tn_buckets buckets;
    tn_sweep *sweeps;             /* by pass */
    const tn_dict **dictionaries; /* by the number that programs know: attributes, then passes */
} tn_shard_scores;

/* Cuts of one slot, as one epoch has them. */
typedef struct tn_slot_cuts {
    double *values; /* room for `capacity` */
    size_t capacity;
    size_t count; /* capacity, or 0 while there are none */
} tn_slot_cuts;

struct tn_scorer {
    const tn_plan *plan;
    const tn_kernels *kernels;
    tn_shard_scores *shards;
    tn_scorer_shard *views; /* the same shards, as they were handed in */
    size_t shard_count;
    unsigned front;
    uint64_t epoch;
    int64_t as_of_ms;
    tn_slot_cuts *cuts[2]; /* by slot; cuts[front] are those of the published epoch */
    size_t cut_count;
    tn_prospects prospects;
    bool has_purchases, has_spend;
    tn_purchase_parameters purchases;
    tn_spend_parameters spend;
};

/* The numbers of dictionaries that programs over this plan may name. */
size_t tn_scorer_dictionary_count(const tn_scorer *scorer);
/* Takes the n-quantiles of the column that a key names, over all shards. */
typedef struct tn_cut_request {
    uint32_t key;
    uint32_t n;
    bool skips_zero;  /* of a count: who never did it is no part of the base (SPEC 5.8) */
    int64_t as_of_ms; /* of the ages of TN_TABLE_LAST_DAY */
    const tn_sweep_source *sources; /* by shard */
    size_t shard_count;
    const tn_parallel *parallel;
} tn_cut_request;
tn_status tn_cuts_take(const tn_cut_request *request, tn_slot_cuts *cuts) TN_MUST_CHECK;
tn_status tn_cuts_init(tn_slot_cuts *cuts, size_t capacity) TN_MUST_CHECK;
void tn_cuts_deinit(tn_slot_cuts *cuts);

/* What programs over the published epoch of a shard read. */
tn_sweep_source tn_scorer_source(const tn_scorer *scorer, size_t shard);

#endif
