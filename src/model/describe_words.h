/* describe_words.h: words and texts that every format of a description shares. Private to the model
 * layer. */
#ifndef TN_MODEL_DESCRIBE_WORDS_H
#define TN_MODEL_DESCRIBE_WORDS_H

#include "model/describe.h"

const char *tn_describe_attribute_type(tn_attribute_type type);
const char *tn_describe_keep(tn_keep keep);
const char *tn_describe_family(tn_family family); /* "" for none */
const char *tn_describe_value(tn_value_kind value);
const char *tn_describe_method(tn_rfm_method method);
/* The expression behind a derived column that is one; else empty. */
tn_str tn_describe_expression(const tn_model *model, const tn_derived *column);
/* The shortest text of a number that reads back equal. */
void tn_describe_number(tn_buffer *out, double value);
/* "90d", "12h", "1500ms": a duration in the largest unit that leaves a whole number. */
void tn_describe_duration(tn_buffer *out, double ms);
void tn_describe_str(tn_buffer *out, tn_str text);

void tn_describe_text(const tn_model *model, tn_buffer *out);
void tn_describe_json(const tn_model *model, tn_buffer *out);

#endif
