/* explain_text.h: an explanation as tables, CSV and JSON. */
#ifndef TN_TOOLS_EXPLAIN_TEXT_H
#define TN_TOOLS_EXPLAIN_TEXT_H

#include "json.h"

#include <tenure/engine.h>

double tn_explain_points(int64_t units);
/* A line of `score`: "email cap" of a group, "range", "expression", the label or name of a rule. */
void tn_explain_append_name(const tn_explain_score *score, const tn_explain_line *line,
                            tn_buffer *out);

/* A table a score: rule, group, weight, points, what caps took, what it adds; the sum. */
void tn_explain_append_scores(const tn_explanation *explanation, tn_buffer *out);
/* score,line,group,weight,points,taken,adds */
void tn_explain_append_csv(const tn_explanation *explanation, tn_buffer *out);
json_t *tn_explain_json(const tn_explanation *explanation, tn_json *json);

#endif
