/* model_oracle.h: what a whole model means for a base, from the raw list of events and by the
 * definitions of SPEC 5, one customer and one column at a time.
 *
 * It shares nothing with the engine but the checked model, the tree walker of expr_oracle.h and the
 * double-precision functions of btyd.h. Numbers carry how far they may be off, and a value that
 * would jump within that distance is unsure: expr_oracle.h. Everything aborts when memory is used
 * up. */
#ifndef TESTS_SUPPORT_MODEL_ORACLE_H
#define TESTS_SUPPORT_MODEL_ORACLE_H

#include "model/model.h"
#include "support/expr_oracle.h"

typedef struct oracle_event {
    uint32_t action;
    int64_t at_ms;
    double value;     /* NaN: none */
    tn_value *fields; /* of the action */
} oracle_event;

/* A value, and whether it may as well be another one. */
typedef struct oracle_cell {
    tn_oracle_value value;
    bool is_unsure;
} oracle_cell;

typedef struct oracle_customer {
    tn_str id;
    bool is_live;
    tn_value *attributes;
    oracle_event *events;
    size_t event_count, event_capacity;
    oracle_cell *cells; /* by derived column, after model_oracle_run */
} oracle_customer;

/* Cuts of a quantile over the base. */
typedef struct oracle_cuts {
    const tn_expr *node; /* of a tile; NULL for RFM */
    double *cuts;
    size_t count;
    double slack;
    bool is_unsure;
    struct oracle_cuts *next;
} oracle_cuts;

typedef struct model_oracle {
    const tn_model *model;
    tn_arena arena;
    oracle_customer *customers;
    size_t customer_count, customer_capacity;
    int64_t as_of_ms;
    const tn_purchase_parameters *purchases; /* NULL: none */
    const tn_spend_parameters *spend;
    double mean_of_repeaters; /* NaN: none */
    oracle_cuts rfm[3];
    oracle_cuts *tiles;
} model_oracle;

void model_oracle_init(model_oracle *oracle, const tn_model *model);
void model_oracle_deinit(model_oracle *oracle);
/* The number of a customer, put when new. `id` must outlive the oracle. */
size_t model_oracle_customer(model_oracle *oracle, tn_str id);
/* With the attribute's `keep`. Text must outlive the oracle. */
void model_oracle_set(model_oracle *oracle, size_t customer, uint32_t attribute,
                      const tn_value *value);
/* An event of an action that is not derived; fields are copied, texts are not. */
void model_oracle_event(model_oracle *oracle, size_t customer, const oracle_event *event);
void model_oracle_remove(model_oracle *oracle, size_t customer);
/* Works every derived column out. `purchases` and `spend` NULL: the parameters are not known. */
void model_oracle_run(model_oracle *oracle, int64_t as_of_ms,
                      const tn_purchase_parameters *purchases, const tn_spend_parameters *spend);
/* Whether a checked yes-or-no expression holds for a customer. */
oracle_cell model_oracle_eval(model_oracle *oracle, size_t customer, const tn_expr *expr);

#endif
