/* table_events.c: an event changes accumulators, decayed and plain sums, and the transaction
 * summary. Only the last can run out of memory, so it reserves first. */
#include "base/assert.h"
#include "base/error.h"
#include "store/cell.h"
#include "store/decay.h"
#include "store/table_impl.h"

/* Brings the reference of a chunk's sums within reach of an event `whole` half-lives after 1970. */
static int64_t reference_for(tn_table *table, uint32_t decay, size_t chunk, int64_t whole) {
    int64_t *reference = &table->references[chunk][decay];
    if (*reference == TN_DECAY_UNSET) {
        *reference = whole;
    } else if (whole - *reference > TN_DECAY_SPAN) {
        double *sums = tn_column_chunk(table->decays[decay].column, chunk);
        tn_decay_rebase(sums, TN_CHUNK_ROWS, whole - *reference);
        *reference = whole;
    }
    return *reference;
}

static void decay_add(tn_table *table, uint32_t row, int64_t at_ms, const tn_decay_add *add) {
    TN_ASSERT(add->sum < table->decay_count);
    const tn_table_decay *decay = &table->decays[add->sum];
    const tn_decay_time at = tn_decay_time_of(at_ms, decay->half_life_ms);
    const int64_t reference = reference_for(table, add->sum, row / TN_CHUNK_ROWS, at.whole);
    double *sum = tn_cell_f64(decay->column, row);
    *sum += tn_decay_scaled(add->weight * at.growth, at.whole - reference);
}

tn_status tn_table_event_apply(tn_table *table, uint32_t row, const tn_event_update *update) {
    TN_ASSERT(update->action < table->action_count && tn_table_is_live(table, row));
    const bool has_amount = update->is_transaction || update->is_refund;
    TN_ASSERT(!has_amount || table->has_transactions);
    if (has_amount)
        TN_TRY(tn_transactions_reserve(&table->transactions, row, update->day, update->is_refund));

    const tn_table_action *action = &table->actions[update->action];
    tn_activity_add(&action->activity, row, update->at_ms, update->value);
    if (!action->is_by_company)
        tn_activity_seen(table->joined, table->last_seen, row, update->at_ms);
    for (size_t i = 0; i < update->decay_count; i++)
        decay_add(table, row, update->at_ms, &update->decays[i]);
    for (size_t i = 0; i < update->plain_count; i++) {
        TN_ASSERT(update->plain[i].sum < table->plain_count);
        *tn_cell_f64(table->plain[update->plain[i].sum], row) += update->plain[i].weight;
    }
    if (has_amount)
        tn_transactions_add(&table->transactions, row, update->day, update->value,
                            update->is_refund);
    return TN_OK;
}

void tn_table_event_prefetch(const tn_table *table, uint32_t row, uint32_t action) {
    tn_activity_prefetch(&table->actions[action].activity, row);
    __builtin_prefetch(tn_cell_i64(table->joined, row), 1);
    __builtin_prefetch(tn_cell_i64(table->last_seen, row), 1);
    for (uint32_t i = 0; i < table->decay_count; i++)
        __builtin_prefetch(tn_cell_f64(table->decays[i].column, row), 1);
    if (table->has_transactions) tn_transactions_prefetch(&table->transactions, row);
}

double tn_table_decay_scale(const tn_table *table, uint32_t decay, size_t chunk, int64_t as_of_ms) {
    const int64_t reference = table->references[chunk][decay];
    if (reference == TN_DECAY_UNSET) return 1; /* of sums that are all 0 */
    const tn_decay_time as_of = tn_decay_time_of(as_of_ms, table->decays[decay].half_life_ms);
    const int64_t halves = as_of.whole - reference;
    /* Finite, so that a sum of 0 stays 0 even when as-of lies far before the events. */
    return tn_decay_scaled(1 / as_of.growth, halves < -1023 ? 1023 : -halves);
}

void tn_table_days_visit(const tn_table *table, uint32_t row, int32_t day_max, tn_day_visit *visit,
                         void *context) {
    if (table->has_transactions)
        tn_transactions_each(&table->transactions, row, day_max, visit, context);
}
