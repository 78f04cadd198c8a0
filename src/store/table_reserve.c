/* table_reserve.c: what can fail in putting an attribute, done before the row is touched, so that a
 * row of several attributes is put whole or not at all. */
#include "store/cell.h"
#include "store/table_impl.h"

#include <math.h>

#define INT_VALUE_MAX 0x1p53

/* A kept sum must stay in the range of its type. */
static tn_status sum_reserve(const tn_table_attribute *attribute, uint32_t row, double value) {
    if (attribute->spec.keep != TN_KEEP_SUM || row == TN_NO_ROW) return TN_OK;
    const double old = *tn_cell_f64(attribute->column, row);
    const double sum = isnan(old) ? value : old + value;
    const double most = attribute->spec.type == TN_ATTRIBUTE_INT ? INT_VALUE_MAX : (double)HUGE_VAL;
    return fabs(sum) < most || fabs(sum) == INT_VALUE_MAX ? TN_OK : TN_BAD_ARGUMENT;
}

tn_status tn_table_attribute_reserve(tn_table *table, uint32_t row, uint32_t attribute,
                                     const tn_value *value) {
    const tn_table_attribute *at = &table->attributes[attribute];
    uint32_t code;
    if (value->is_null) return TN_OK;
    switch (at->spec.type) {
    case TN_ATTRIBUTE_INT:
    case TN_ATTRIBUTE_FLOAT:
        return sum_reserve(at, row, value->as.number);
    case TN_ATTRIBUTE_CATEGORY:
        return tn_dict_put(at->dict, value->as.text, &code);
    case TN_ATTRIBUTE_BOOL:
    case TN_ATTRIBUTE_DATE:
    case TN_ATTRIBUTE_TIME:
        return TN_OK;
    }
    return TN_OK;
}
