/* tiny_eval.h: conditions over a handful of facts about one customer, for tests of guards. A walk
 * over the tree without any cleverness; what it does not know fails the test. */
#ifndef TN_TEST_TINY_EVAL_H
#define TN_TEST_TINY_EVAL_H

#include "model/model.h"

typedef struct tiny_customer {
    const double *counts;     /* by action */
    const double *last_days;  /* days ago, by action; NAN: never */
    const double *attributes; /* numbers by attribute; NAN: null */
    const double *derived;    /* numbers by derived column; NAN: null; NULL: not asked for */
} tiny_customer;

/* A number, or NAN for null; a bool is 0 or 1. */
double tiny_eval(const tn_expr *expr, const tiny_customer *customer);
/* The number of the stage in which the customer stands; TN_NONE: none. */
uint32_t tiny_stage(const tn_model_stages *stages, const tiny_customer *customer);

#endif
