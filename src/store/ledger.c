/* ledger.c: one block: the head, the values, the amounts of refunds, the days of refunds. */
#include "store/ledger.h"

#include <string.h>

struct tn_ledger {
    uint32_t value_capacity;
    uint32_t refund_capacity;
    uint32_t refund_count;
    uint32_t unused;
};

static size_t ledger_bytes(uint32_t values, uint32_t refunds) {
    return sizeof(tn_ledger) + values * sizeof(double) +
           refunds * (sizeof(double) + sizeof(int32_t));
}

static double *values_of(tn_ledger *ledger) {
    return (double *)(void *)(ledger + 1);
}
static double *amounts_of(tn_ledger *ledger) {
    return values_of(ledger) + ledger->value_capacity;
}
static int32_t *days_of(tn_ledger *ledger) {
    return (int32_t *)(void *)(amounts_of(ledger) + ledger->refund_capacity);
}

/* Days with refunds that are before `day`. */
static uint32_t refund_rank(const tn_ledger *ledger, int32_t day) {
    uint32_t low = 0;
    for (uint32_t high = tn_ledger_refund_count(ledger); low < high;) {
        const uint32_t middle = low + (high - low) / 2;
        if (tn_ledger_refund_day(ledger, middle) < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has_refund(const tn_ledger *ledger, int32_t day) {
    const uint32_t at = refund_rank(ledger, day);
    return at < tn_ledger_refund_count(ledger) && tn_ledger_refund_day(ledger, at) == day;
}

static uint32_t with_slack(uint32_t count) {
    return count + count / 4;
}

tn_status tn_ledger_reserve(tn_day_heap *heap, tn_ledger **ledger, uint32_t held, uint32_t values,
                            int32_t refund_day) {
    tn_ledger *old = *ledger;
    const uint32_t refund_count = tn_ledger_refund_count(old);
    const bool adds_refund = refund_day != INT32_MIN && !has_refund(old, refund_day);
    const uint32_t refunds = refund_count + (adds_refund ? 1 : 0);
    uint32_t value_capacity = old == NULL ? 0 : old->value_capacity;
    uint32_t refund_capacity = old == NULL ? 0 : old->refund_capacity;
    if (values <= value_capacity && refunds <= refund_capacity) return TN_OK;
    if (values > value_capacity) value_capacity = with_slack(values);
    if (refunds > refund_capacity) refund_capacity = with_slack(refunds);
    const size_t bytes = ledger_bytes(value_capacity, refund_capacity);
    tn_ledger *fresh = tn_alloc(heap->heap, bytes);
    if (fresh == NULL) return TN_OUT_OF_MEMORY;
    heap->bytes += bytes;
    *fresh = (tn_ledger){.value_capacity = value_capacity,
                         .refund_capacity = refund_capacity,
                         .refund_count = refund_count};
    if (old != NULL) {
        memcpy(values_of(fresh), values_of(old), held * sizeof(double));
        memcpy(amounts_of(fresh), amounts_of(old), refund_count * sizeof(double));
        memcpy(days_of(fresh), days_of(old), refund_count * sizeof(int32_t));
    }
    tn_ledger_release(heap, ledger);
    *ledger = fresh;
    return TN_OK;
}

void tn_ledger_release(tn_day_heap *heap, tn_ledger **ledger) {
    if (*ledger == NULL) return;
    const size_t bytes = ledger_bytes((*ledger)->value_capacity, (*ledger)->refund_capacity);
    heap->bytes -= bytes;
    tn_free(heap->heap, *ledger, bytes);
    *ledger = NULL;
}

const double *tn_ledger_values(const tn_ledger *ledger) {
    return ledger == NULL ? NULL : (const double *)(const void *)(ledger + 1);
}

void tn_ledger_value_add(tn_ledger *ledger, uint32_t index, double value) {
    values_of(ledger)[index] += value;
}

void tn_ledger_value_put(tn_ledger *ledger, uint32_t held, uint32_t index, double value) {
    double *place = values_of(ledger) + index;
    memmove(place + 1, place, (held - index) * sizeof *place);
    *place = value;
}

void tn_ledger_refund_add(tn_ledger *ledger, int32_t day, double amount) {
    const uint32_t at = refund_rank(ledger, day);
    double *amounts = amounts_of(ledger) + at;
    if (has_refund(ledger, day)) {
        *amounts += amount;
        return;
    }
    int32_t *days = days_of(ledger) + at;
    const uint32_t behind = ledger->refund_count - at;
    memmove(amounts + 1, amounts, behind * sizeof *amounts);
    memmove(days + 1, days, behind * sizeof *days);
    *amounts = amount;
    *days = day;
    ledger->refund_count++;
}

uint32_t tn_ledger_refund_count(const tn_ledger *ledger) {
    return ledger == NULL ? 0 : ledger->refund_count;
}

int32_t tn_ledger_refund_day(const tn_ledger *ledger, uint32_t index) {
    const double *amounts = tn_ledger_values(ledger) + ledger->value_capacity;
    return ((const int32_t *)(const void *)(amounts + ledger->refund_capacity))[index];
}

double tn_ledger_refund(const tn_ledger *ledger, uint32_t index) {
    return tn_ledger_values(ledger)[ledger->value_capacity + index];
}
