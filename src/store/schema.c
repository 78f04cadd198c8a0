/* schema.c: what the types of attributes mean for values and columns. */
#include "store/schema.h"

static const struct {
    tn_type type;
    tn_physical physical;
} meanings[] = {
    [TN_ATTRIBUTE_INT] = {TN_TYPE_NUMBER, TN_PHYSICAL_F64},
    [TN_ATTRIBUTE_FLOAT] = {TN_TYPE_NUMBER, TN_PHYSICAL_F64},
    [TN_ATTRIBUTE_BOOL] = {TN_TYPE_BOOL, TN_PHYSICAL_BITS},
    [TN_ATTRIBUTE_CATEGORY] = {TN_TYPE_TEXT, TN_PHYSICAL_CODE},
    [TN_ATTRIBUTE_DATE] = {TN_TYPE_DATE, TN_PHYSICAL_I32},
    [TN_ATTRIBUTE_TIME] = {TN_TYPE_TIME, TN_PHYSICAL_I64},
};

tn_type tn_attribute_value_type(tn_attribute_type type) {
    return meanings[type].type;
}

tn_physical tn_attribute_physical(tn_attribute_type type) {
    return meanings[type].physical;
}
