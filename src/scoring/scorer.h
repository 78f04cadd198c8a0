/* scorer.h: a model compiled once to plans, and run over all shards chunk by chunk.
 *
 * A tn_plan is the immutable, shared result of compiling a model: one program a pass, where a pass
 * ends only where a quantile over the whole base is needed (tile). A tn_scorer binds a plan to the
 * shards of one base and holds what a rescore leaves behind: derived columns (front: published;
 * back: being written), RFM cuts, tile cuts, CLV tables and parameters. Results are the same bits
 * for any number of shards, threads and any instruction set: quantiles are exact order statistics
 * over all shards, population means exact fixed-point sums. */
#ifndef TN_SCORING_SCORER_H
#define TN_SCORING_SCORER_H

#include "base/bytes.h"
#include "base/thread.h"
#include "kernels/kernels.h"
#include "model/model.h"
#include "store/table.h"

#include <tenure/btyd.h>

typedef struct tn_plan tn_plan;
typedef struct tn_scorer tn_scorer;

/* Borrows the model, which must outlive the plan. */
tn_status tn_plan_compile(const tn_model *model, tn_plan **out, tn_error *error) TN_MUST_CHECK;
void tn_plan_destroy(tn_plan *plan); /* NULL is allowed */
size_t tn_plan_pass_count(const tn_plan *plan);
size_t tn_plan_instruction_count(const tn_plan *plan); /* of all passes */
size_t tn_plan_register_count(const tn_plan *plan);    /* most of any pass */
void tn_plan_print(const tn_plan *plan, tn_buffer *out);

/* One shard as the scorer sees it; both are borrowed and must outlive the scorer. The heap holds
 * the shard's derived columns and states. */
typedef struct tn_scorer_shard {
    tn_table *table;
    tn_heap *heap;
} tn_scorer_shard;

tn_status tn_scorer_create(const tn_plan *plan, const tn_kernels *kernels,
                           const tn_scorer_shard *shards, size_t shard_count, tn_scorer **out,
                           tn_error *error) TN_MUST_CHECK;
void tn_scorer_destroy(tn_scorer *scorer); /* NULL is allowed */

/* CLV parameters in force (from the model at first). Setting takes effect with the next run. */
bool tn_scorer_has_purchases(const tn_scorer *scorer);
bool tn_scorer_has_spend(const tn_scorer *scorer);
const tn_purchase_parameters *tn_scorer_purchases(const tn_scorer *scorer);
const tn_spend_parameters *tn_scorer_spend(const tn_scorer *scorer);
void tn_scorer_set_purchases(tn_scorer *scorer, const tn_purchase_parameters *parameters);
void tn_scorer_set_spend(tn_scorer *scorer, const tn_spend_parameters *parameters);

/* Recomputes every derived column of every live row as of `as_of_ms` and publishes them as a new
 * epoch. A failure leaves the published epoch as it was. */
tn_status tn_scorer_run(tn_scorer *scorer, int64_t as_of_ms, const tn_parallel *parallel,
                        tn_error *error) TN_MUST_CHECK;
uint64_t tn_scorer_epoch(const tn_scorer *scorer); /* 0 before the first run */
int64_t tn_scorer_as_of_ms(const tn_scorer *scorer);

/* ---- Reading the published epoch ---- */

/* Rows of a shard that the epoch covers; later rows are null in every derived column. */
uint32_t tn_scorer_row_count(const tn_scorer *scorer, size_t shard);
/* The value of derived column `derived` (number in tn_model.derived). A row that was removed or put
 * since the run (tn_scorer_forget_row) is null. Text is borrowed until the next run. */
void tn_scorer_value(const tn_scorer *scorer, size_t shard, uint32_t row, uint32_t derived,
                     tn_value *out);
/* Clears the derived columns of a row, and what is kept of its customer from run to run. Must be
 * called for every row that is removed from the table, before the row can be another customer's. */
void tn_scorer_forget_row(tn_scorer *scorer, size_t shard, uint32_t row);
size_t tn_scorer_derived_bytes(const tn_scorer *scorer);

/* The customer's summary (SPEC 5.3) at `as_of_ms`; false without a transaction. weight is 1. */
bool tn_scorer_summary(const tn_model *model, const tn_table *table, uint32_t row, int64_t as_of_ms,
                       tn_summary *out);

/* ---- Explain ---- */

/* Fills `out` (all in `arena`) from the store at the epoch's as-of with the plan's own arithmetic,
 * so that the lines' units sum to the stored score. Engine turns it into tn_explanation. */
typedef struct tn_explain_item {
    uint32_t
        rule; /* rule number; TN_NONE for a group's or the range's line, and for an expression */
    uint32_t group; /* of a group's line; TN_NONE otherwise */
    double weight, points;
    bool is_gated_off;
    bool is_expression; /* the line of a score that is one expression: rule and group are TN_NONE */
    int64_t units;      /* what the line adds */
    int64_t taken; /* what a cap or the range took away: positive from above, negative from below */
} tn_explain_item;
typedef struct tn_explain_result {
    const tn_explain_item *items; /* rules in order, then groups, then the range */
    size_t item_count;
    int64_t units;
} tn_explain_result;
/* One result a score of the model, in order. */
tn_status tn_scorer_explain(const tn_scorer *scorer, size_t shard, uint32_t row, tn_arena *arena,
                            tn_explain_result **out, tn_error *error) TN_MUST_CHECK;

#endif
