/* scorer_read.c: parameters, and the published epoch row by row. */
#include "scoring/scorer_impl.h"

#include "base/bits.h"

#include <math.h>

/* ---- Parameters ---- */

bool tn_scorer_has_purchases(const tn_scorer *scorer) {
    return scorer->has_purchases;
}

bool tn_scorer_has_spend(const tn_scorer *scorer) {
    return scorer->has_spend;
}

const tn_purchase_parameters *tn_scorer_purchases(const tn_scorer *scorer) {
    return &scorer->purchases;
}

const tn_spend_parameters *tn_scorer_spend(const tn_scorer *scorer) {
    return &scorer->spend;
}

void tn_scorer_set_purchases(tn_scorer *scorer, const tn_purchase_parameters *parameters) {
    scorer->purchases = *parameters;
    scorer->has_purchases = true;
}

void tn_scorer_set_spend(tn_scorer *scorer, const tn_spend_parameters *parameters) {
    scorer->spend = *parameters;
    scorer->has_spend = true;
}

/* ---- The epoch ---- */

uint64_t tn_scorer_epoch(const tn_scorer *scorer) {
    return scorer->epoch;
}

int64_t tn_scorer_as_of_ms(const tn_scorer *scorer) {
    return scorer->as_of_ms;
}

static const tn_column_set *front_set(const tn_scorer *scorer, size_t shard) {
    return &scorer->shards[shard].sets[scorer->front];
}

tn_sweep_source tn_scorer_source(const tn_scorer *scorer, size_t shard) {
    return (tn_sweep_source){.model = scorer->plan->model,
                             .table = scorer->shards[shard].table,
                             .derived = front_set(scorer, shard),
                             .hidden = front_set(scorer, shard)};
}

uint32_t tn_scorer_row_count(const tn_scorer *scorer, size_t shard) {
    return front_set(scorer, shard)->row_count;
}

void tn_scorer_forget_row(tn_scorer *scorer, size_t shard, uint32_t row) {
    tn_column_set_clear_row(&scorer->shards[shard].sets[scorer->front], row);
    tn_buckets_forget_row(&scorer->shards[shard].buckets, row);
}

size_t tn_scorer_derived_bytes(const tn_scorer *scorer) {
    size_t bytes = 0;
    for (size_t i = 0; i < scorer->shard_count; i++)
        bytes += tn_column_set_bytes(&scorer->shards[i].sets[0]) +
                 tn_column_set_bytes(&scorer->shards[i].sets[1]) +
                 tn_buckets_bytes(&scorer->shards[i].buckets);
    return bytes;
}

/* ---- Values ---- */

static void set_number(tn_value *out, double number, bool is_null) {
    out->is_null = is_null;
    if (!is_null) out->as.number = number;
}

static void set_rank(const tn_derived *derived, tn_value *out, int8_t rank) {
    out->is_null = rank < 0;
    if (rank < 0) return;
    if (derived->type == TN_TYPE_LEVEL)
        out->as.text = derived->levels->names[rank];
    else
        out->as.number = rank;
}

static void set_text(const tn_dict *dictionary, tn_value *out, uint32_t code) {
    out->is_null = code == TN_CODE_NULL;
    if (!out->is_null) out->as.text = tn_dict_text(dictionary, code);
}

static const tn_dict *dictionary_of(const tn_scorer *scorer, size_t shard, uint32_t derived) {
    const uint32_t attributes = scorer->plan->model->attribute_count;
    return scorer->shards[shard].dictionaries[attributes + scorer->plan->derived_pass[derived]];
}

static void value_read(const tn_column *column, uint32_t row, tn_value *out) {
    const void *data = tn_column_chunk(column, row / TN_CHUNK_ROWS);
    const size_t i = row % TN_CHUNK_ROWS;
    switch (column->physical) {
    case TN_PHYSICAL_UNITS: {
        const int32_t units = ((const int32_t *)data)[i];
        set_number(out, (double)units / TN_SCORE_UNITS_PER_POINT, units == INT32_MIN);
        break;
    }
    case TN_PHYSICAL_F32: {
        const double number = (double)((const float *)data)[i];
        set_number(out, number, isnan(number));
        break;
    }
    case TN_PHYSICAL_F64: {
        const double duration = ((const double *)data)[i];
        out->is_null = isnan(duration);
        if (!out->is_null) out->as.duration_ms = duration;
        break;
    }
    case TN_PHYSICAL_I64:
        out->as.time_ms = ((const int64_t *)data)[i];
        out->is_null = out->as.time_ms == INT64_MIN;
        break;
    case TN_PHYSICAL_I32:
        out->as.date_days = ((const int32_t *)data)[i];
        out->is_null = out->as.date_days == INT32_MIN;
        break;
    default: /* bits */
        out->as.boolean = tn_bit_get(data, i);
        break;
    }
}

void tn_scorer_value(const tn_scorer *scorer, size_t shard, uint32_t row, uint32_t derived,
                     tn_value *out) {
    const tn_derived *what = &scorer->plan->model->derived[derived];
    const tn_column_set *set = front_set(scorer, shard);
    *out = (tn_value){.type = what->type, .is_null = true};
    if (!tn_column_set_covers(set, row)) return;
    out->is_null = false;
    const tn_column *column = tn_column_set_derived(set, derived);
    const void *data = tn_column_chunk(column, row / TN_CHUNK_ROWS);
    const size_t i = row % TN_CHUNK_ROWS;
    if (column->physical == TN_PHYSICAL_I8)
        set_rank(what, out, ((const int8_t *)data)[i]);
    else if (column->physical == TN_PHYSICAL_CODE)
        set_text(dictionary_of(scorer, shard, derived), out, ((const uint32_t *)data)[i]);
    else
        value_read(column, row, out);
}

/* ---- The summary of one customer ---- */

static bool cell(const tn_table *table, tn_table_column_kind kind, uint32_t row, const void **data,
                 size_t *at) {
    tn_table_column found;
    if (!tn_table_column_find(table, kind, 0, &found)) return false;
    *data = tn_column_chunk(found.column, row / TN_CHUNK_ROWS);
    *at = row % TN_CHUNK_ROWS;
    return true;
}

bool tn_scorer_summary(const tn_model *model, const tn_table *table, uint32_t row, int64_t as_of_ms,
                       tn_summary *out) {
    const void *first, *last, *repeats, *value;
    size_t i;
    if (!cell(table, TN_TABLE_FIRST_DAY, row, &first, &i) ||
        !cell(table, TN_TABLE_LAST_DAY, row, &last, &i) ||
        !cell(table, TN_TABLE_REPEATS, row, &repeats, &i) ||
        !cell(table, TN_TABLE_REPEAT_VALUE, row, &value, &i))
        return false;
    const int32_t first_day = ((const int32_t *)first)[i];
    if (first_day == INT32_MIN) return false;
    const int32_t today = tn_zone_day(model->zone, as_of_ms);
    const double unit = model->transactions.unit_is_week ? 7 : 1;
    const double T_days = fmax((double)today - first_day, 0);
    const double x = ((const uint32_t *)repeats)[i];
    *out = (tn_summary){.x = x,
                        .t_x = fmin((double)((const int32_t *)last)[i] - first_day, T_days) / unit,
                        .T = T_days / unit,
                        .m = x > 0 ? ((const double *)value)[i] / x : 0,
                        .weight = 1};
    return true;
}
