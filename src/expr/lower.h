/* lower.h: a checked expression becomes values of a program's builder. */
#ifndef TN_EXPR_LOWER_H
#define TN_EXPR_LOWER_H

#include "expr/expr.h"
#include "expr/program.h"

/* Gives the value of a leaf: COLUMN, NOW, JOINED, LAST_SEEN, COUNT, SUM, FIRST, LAST, LAST_VALUE,
 * DECAYED, TILE (child already lowered: `argument`), BUCKET. MEAN and AFTER are lowered from the
 * others. Returns TN_NO_VALUE when memory is used up. */
typedef tn_value_id tn_lower_leaf(void *context, tn_builder *builder, const tn_expr *leaf,
                                  tn_value_id argument);
typedef struct tn_lowering {
    void *context;
    tn_lower_leaf *leaf;
} tn_lowering;

/* Kinds by type: bool BITS, text CODE, everything else F64. */
tn_value_id tn_expr_lower(tn_builder *builder, const tn_expr *expr, const tn_lowering *lowering);

#endif
