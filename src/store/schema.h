/* schema.h: what a shard's table holds: the attributes, actions and sums that a model needs. */
#ifndef TN_STORE_SCHEMA_H
#define TN_STORE_SCHEMA_H

#include "base/arena.h"
#include "store/column.h"

#include <tenure/limits.h>
#include <tenure/types.h>

typedef enum tn_attribute_type {
    TN_ATTRIBUTE_INT,      /* whole numbers of ±2^53; stored as F64 */
    TN_ATTRIBUTE_FLOAT,    /* F64 */
    TN_ATTRIBUTE_BOOL,     /* BITS and a validity bitmap */
    TN_ATTRIBUTE_CATEGORY, /* CODE with a dictionary of its own */
    TN_ATTRIBUTE_DATE,     /* I32 days */
    TN_ATTRIBUTE_TIME,     /* I64 ms */
} tn_attribute_type;

/* The type of an attribute's or a field's values. */
tn_type tn_attribute_value_type(tn_attribute_type type);
/* How a column of it lies in memory. */
tn_physical tn_attribute_physical(tn_attribute_type type);

/* How a new value meets the one that is there. An explicit null always clears. */
typedef enum tn_keep { TN_KEEP_LAST, TN_KEEP_FIRST, TN_KEEP_MAX, TN_KEEP_MIN, TN_KEEP_SUM } tn_keep;

typedef struct tn_attribute_spec {
    tn_attribute_type type;
    tn_keep keep; /* max, min: not of bool and category; sum: of int and float only */
} tn_attribute_spec;

/* What is kept of an action besides its count and the time of its last event. */
enum { TN_NEED_FIRST = 1u, TN_NEED_SUM = 2u, TN_NEED_LAST_VALUE = 4u };

typedef struct tn_action_spec {
    uint32_t needs;     /* TN_NEED_… */
    bool is_by_company; /* moves neither joined nor last_seen */
} tn_action_spec;

/* A decayed sum: Σ weight · 2^((t − reference) / half-life). */
typedef struct tn_decay_spec {
    double half_life_ms;
} tn_decay_spec;

typedef struct tn_schema {
    const tn_attribute_spec *attributes;
    uint32_t attribute_count;
    const tn_action_spec *actions;
    uint32_t action_count;
    const tn_decay_spec *decays; /* sums with a half-life */
    uint32_t decay_count;
    uint32_t plain_sum_count; /* further sums of weights without a half-life (F64) */
    bool has_transactions;    /* keep transaction days and their summary */
    bool has_refunds;         /* keep the value of each transaction day and the refunds */
} tn_schema;

#endif
