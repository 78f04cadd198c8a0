/* describe.h: what a model says, for people and for programs: `tenure check`. */
#ifndef TN_MODEL_DESCRIBE_H
#define TN_MODEL_DESCRIBE_H

#include "base/bytes.h"
#include "model/model.h"

#include <tenure/engine.h>

/* Bytes that one customer takes in columns, without id, index, texts and days of transactions. */
typedef struct tn_model_footprint {
    double attribute_bytes;
    double activity_bytes; /* counts, times and sums of actions; first and last seen */
    double transaction_bytes;
    double derived_bytes; /* both copies: the published and the one being written */
} tn_model_footprint;
tn_model_footprint tn_model_footprint_of(const tn_model *model);

/* Appends the description: TABLE is text for a terminal; CSV has one line a derived column
 * (name,type,label,expression); JSON is one object (docs/models.md). Running out of memory shows in
 * the buffer and in the status. */
tn_status tn_model_describe(const tn_model *model, tn_format format, tn_buffer *out) TN_MUST_CHECK;

#endif
