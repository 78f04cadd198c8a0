/* prospects.h: what the clv columns need besides a customer's own row: tables of purchases to come,
 * and the mean spend of the base.
 *
 * The tables' extent follows from the base and as-of alone, never from what was built before, so a
 * rescore after a restart gives the same bits. They are kept until the parameters or the extent
 * change; the extent grows in steps, so a day more costs nothing most of the time. */
#ifndef TN_SCORING_PROSPECTS_H
#define TN_SCORING_PROSPECTS_H

#include "scoring/plan.h"

typedef struct tn_prospects {
    tn_purchase_parameters purchases; /* of the table, and of the fallbacks */
    tn_clv_terms terms;
    double horizon;          /* in units */
    unsigned days_per_unit;  /* 7 or 1 */
    tn_clv_table *table;     /* NULL: none yet */
    uint32_t day_max, x_max; /* of the table */
    bool wants_mean;
    double mean_of_repeaters; /* with wants_mean; NaN: nobody bought again */
} tn_prospects;

/* TN_BAD_ARGUMENT when the model's horizon is out of bounds. */
tn_status tn_prospects_init(tn_prospects *prospects, const tn_model *model) TN_MUST_CHECK;
void tn_prospects_deinit(tn_prospects *prospects);
/* Looks through the base, and brings tables (when `purchases` is not NULL) and mean up to date. A
 * failure leaves them as they were. */
tn_status tn_prospects_update(tn_prospects *prospects, const tn_scorer_shard *shards,
                              size_t shard_count, int32_t today,
                              const tn_purchase_parameters *purchases,
                              const tn_parallel *parallel) TN_MUST_CHECK;
/* Gives a state its tables and functions; `prospects` must outlive the runs. */
void tn_prospects_set(const tn_prospects *prospects, tn_program_state *state);

#endif
