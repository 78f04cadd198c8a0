/* lower.h: a checked expression becomes values of a program's builder. */
#ifndef TN_EXPR_LOWER_H
#define TN_EXPR_LOWER_H

#include "base/bytes.h"
#include "expr/expr.h"
#include "expr/program.h"

/* Gives the value of a leaf: COLUMN, JOINED, LAST_SEEN, COUNT, SUM, FIRST, LAST, LAST_VALUE,
 * DECAYED, TILE (child already lowered: `argument`), BUCKET. MEAN and AFTER are lowered from the
 * others. Returns TN_NO_VALUE when memory is used up.
 *
 * A bool COLUMN that may be null is given as F64 (1, 0, NaN for null; an I8 input), so that `is
 * null`, `coalesce` and comparisons see the null; where a yes or no is needed null is false. A bool
 * column that is never null may be given as BITS. */
typedef tn_value_id tn_lower_leaf(void *context, tn_builder *builder, const tn_expr *leaf,
                                  tn_value_id argument);
typedef struct tn_lowering {
    void *context;
    tn_lower_leaf *leaf;
} tn_lowering;

/* Lowers a checked expression. The value's kind by type: bool BITS (null is false), text CODE,
 * everything else F64. TN_NO_VALUE when memory is used up; the builder then fails to seal. */
tn_value_id tn_expr_lower(tn_builder *builder, const tn_expr *expr, const tn_lowering *lowering);

#endif
