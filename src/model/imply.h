/* imply.h: what can be said of two conditions from their form alone. Sound: a yes is certain, a no
 * means "not seen". Private to the model layer. */
#ifndef TN_MODEL_IMPLY_H
#define TN_MODEL_IMPLY_H

#include "expr/expr.h"

/* The same tree but for places. */
bool tn_expr_same(const tn_expr *a, const tn_expr *b);
/* Holds for everyone; for nobody. */
bool tn_expr_always(const tn_expr *condition);
bool tn_expr_never(const tn_expr *condition);
/* Whoever satisfies a satisfies b. The work is bounded, whatever the size of the trees. */
bool tn_expr_implies(const tn_expr *a, const tn_expr *b);

#endif
