/* bounds.h: between which numbers an expression must lie, whatever the customer: interval
 * arithmetic over typed trees. Sound: a value never lies outside. Private to the model layer. */
#ifndef TN_MODEL_BOUNDS_H
#define TN_MODEL_BOUNDS_H

#include "model/model.h"

typedef struct tn_interval {
    double low, high; /* included; may be infinite */
} tn_interval;

/* What is known about the columns that an expression reads. */
typedef struct tn_bounds_scope {
    const tn_model *model;
    const tn_interval *derived; /* of each derived column that stands before in `order` */
    uint32_t action;            /* of an expression over events; else TN_NONE */
} tn_bounds_scope;

/* Of the values that are not null; for what is no number, everything. */
tn_interval tn_expr_bounds(const tn_bounds_scope *scope, const tn_expr *expr);

tn_interval tn_interval_everything(void);
tn_interval tn_interval_add(tn_interval a, tn_interval b);
tn_interval tn_interval_multiply(tn_interval a, tn_interval b);
/* The least interval around both. */
tn_interval tn_interval_hull(tn_interval a, tn_interval b);
tn_interval tn_interval_clamp(tn_interval a, double low, double high);

#endif
