/* table_attributes.c: putting and getting attributes, and what `keep` makes of a second value. */
#include "base/assert.h"
#include "base/bits.h"
#include "base/error.h"
#include "store/cell.h"
#include "store/table_impl.h"

#include <math.h>

#define INT_VALUE_MAX 0x1p53

static bool is_whole(double value) {
    return value >= -INT_VALUE_MAX && value <= INT_VALUE_MAX && value == floor(value);
}

static void attribute_clear(const tn_table_attribute *attribute, uint32_t row) {
    tn_column_clear_row(attribute->column, row);
    if (attribute->validity != NULL) tn_column_clear_row(attribute->validity, row);
}

/* Which of two values `keep` keeps, the old one not being null: true for the new one. */
static bool takes_new(tn_keep keep, bool is_greater, bool is_less) {
    switch (keep) {
    case TN_KEEP_LAST:
    case TN_KEEP_SUM:
        return true;
    case TN_KEEP_FIRST:
        return false;
    case TN_KEEP_MAX:
        return is_greater;
    case TN_KEEP_MIN:
        return is_less;
    }
    return true;
}

/* What a number column holds after `value` met `old` (NaN for null). */
static tn_status number_kept(tn_attribute_spec spec, double old, double value, double *kept) {
    const bool is_int = spec.type == TN_ATTRIBUTE_INT;
    if (is_int ? !is_whole(value) : !isfinite(value)) return TN_BAD_ARGUMENT;
    double sum = value + 0.0; /* -0 becomes 0 */
    if (!isnan(old)) {
        if (spec.keep == TN_KEEP_SUM) sum = old + sum;
        if (is_int ? !is_whole(sum) : !isfinite(sum)) return TN_BAD_ARGUMENT;
        if (!takes_new(spec.keep, sum > old, sum < old)) sum = old;
    }
    *kept = sum;
    return TN_OK;
}

static tn_status number_put(const tn_table_attribute *attribute, uint32_t row, double value) {
    double *cell = tn_cell_f64(attribute->column, row);
    return number_kept(attribute->spec, *cell, value, cell);
}

static tn_status category_put(const tn_table_attribute *attribute, uint32_t row, tn_str text) {
    uint32_t *cell = tn_cell_u32(attribute->column, row);
    if (*cell != TN_CODE_NULL && attribute->spec.keep == TN_KEEP_FIRST) return TN_OK;
    return tn_dict_put(attribute->dict, text, cell);
}

static tn_status bool_put(const tn_table_attribute *attribute, uint32_t row, bool value) {
    uint64_t *validity = tn_cell_words(attribute->validity, row);
    const size_t bit = row % TN_CHUNK_ROWS;
    if (tn_bit_get(validity, bit) && attribute->spec.keep == TN_KEEP_FIRST) return TN_OK;
    tn_bit_put(tn_cell_words(attribute->column, row), bit, value);
    tn_bit_set(validity, bit);
    return TN_OK;
}

static tn_status date_put(const tn_table_attribute *attribute, uint32_t row, int32_t value) {
    if (value == INT32_MIN) return TN_BAD_ARGUMENT;
    int32_t *cell = tn_cell_i32(attribute->column, row);
    if (*cell == INT32_MIN || takes_new(attribute->spec.keep, value > *cell, value < *cell))
        *cell = value;
    return TN_OK;
}

static tn_status time_put(const tn_table_attribute *attribute, uint32_t row, int64_t value) {
    if (value == INT64_MIN) return TN_BAD_ARGUMENT;
    int64_t *cell = tn_cell_i64(attribute->column, row);
    if (*cell == INT64_MIN || takes_new(attribute->spec.keep, value > *cell, value < *cell))
        *cell = value;
    return TN_OK;
}

tn_status tn_table_attribute_put(tn_table *table, uint32_t row, uint32_t attribute,
                                 const tn_value *value) {
    TN_ASSERT(attribute < table->attribute_count && row < table->row_count);
    const tn_table_attribute *at = &table->attributes[attribute];
    if (value->is_null) {
        attribute_clear(at, row);
        return TN_OK;
    }
    if (value->type != tn_attribute_value_type(at->spec.type)) return TN_BAD_ARGUMENT;
    switch (at->spec.type) {
    case TN_ATTRIBUTE_INT:
    case TN_ATTRIBUTE_FLOAT:
        return number_put(at, row, value->as.number);
    case TN_ATTRIBUTE_BOOL:
        return bool_put(at, row, value->as.boolean);
    case TN_ATTRIBUTE_CATEGORY:
        return category_put(at, row, value->as.text);
    case TN_ATTRIBUTE_DATE:
        return date_put(at, row, value->as.date_days);
    case TN_ATTRIBUTE_TIME:
        return time_put(at, row, value->as.time_ms);
    }
    return TN_BAD_ARGUMENT;
}

tn_status tn_table_attribute_reserve(tn_table *table, uint32_t row, uint32_t attribute,
                                     const tn_value *value) {
    TN_ASSERT(attribute < table->attribute_count);
    const tn_table_attribute *at = &table->attributes[attribute];
    if (value->is_null) return TN_OK;
    if (value->type != tn_attribute_value_type(at->spec.type)) return TN_BAD_ARGUMENT;
    const bool has_row = row != TN_NO_ROW;
    switch (at->spec.type) {
    case TN_ATTRIBUTE_INT:
    case TN_ATTRIBUTE_FLOAT: {
        const double old = has_row ? *tn_cell_f64(at->column, row) : (double)NAN;
        double kept;
        return number_kept(at->spec, old, value->as.number, &kept);
    }
    case TN_ATTRIBUTE_CATEGORY: {
        uint32_t code = has_row ? *tn_cell_u32(at->column, row) : TN_CODE_NULL;
        if (code != TN_CODE_NULL && at->spec.keep == TN_KEEP_FIRST) return TN_OK;
        return tn_dict_put(at->dict, value->as.text, &code);
    }
    case TN_ATTRIBUTE_BOOL:
        return TN_OK;
    case TN_ATTRIBUTE_DATE:
        return value->as.date_days == INT32_MIN ? TN_BAD_ARGUMENT : TN_OK;
    case TN_ATTRIBUTE_TIME:
        return value->as.time_ms == INT64_MIN ? TN_BAD_ARGUMENT : TN_OK;
    }
    return TN_BAD_ARGUMENT;
}

void tn_table_attribute_get(const tn_table *table, uint32_t row, uint32_t attribute,
                            tn_value *out) {
    TN_ASSERT(attribute < table->attribute_count && row < table->row_count);
    const tn_table_attribute *at = &table->attributes[attribute];
    *out = (tn_value){.type = tn_attribute_value_type(at->spec.type)};
    switch (at->spec.type) {
    case TN_ATTRIBUTE_INT:
    case TN_ATTRIBUTE_FLOAT:
        out->as.number = *tn_cell_f64(at->column, row);
        out->is_null = isnan(out->as.number);
        return;
    case TN_ATTRIBUTE_BOOL:
        out->as.boolean = tn_bit_get(tn_cell_words(at->column, row), row % TN_CHUNK_ROWS);
        out->is_null = !tn_bit_get(tn_cell_words(at->validity, row), row % TN_CHUNK_ROWS);
        return;
    case TN_ATTRIBUTE_CATEGORY: {
        const uint32_t code = *tn_cell_u32(at->column, row);
        out->is_null = code == TN_CODE_NULL;
        if (!out->is_null) out->as.text = tn_dict_text(at->dict, code);
        return;
    }
    case TN_ATTRIBUTE_DATE:
        out->as.date_days = *tn_cell_i32(at->column, row);
        out->is_null = out->as.date_days == INT32_MIN;
        return;
    case TN_ATTRIBUTE_TIME:
        out->as.time_ms = *tn_cell_i64(at->column, row);
        out->is_null = out->as.time_ms == INT64_MIN;
        return;
    }
}

const tn_dict *tn_table_attribute_dict(const tn_table *table, uint32_t attribute) {
    return table->attributes[attribute].dict;
}
