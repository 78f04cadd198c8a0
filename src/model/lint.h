/* lint.h: the warnings of SPEC 3 that need no data. */
#ifndef TN_MODEL_LINT_H
#define TN_MODEL_LINT_H

#include "model/model.h"

typedef struct tn_lint_warning {
    tn_yaml_mark where;
    const char *text; /* one sentence; in the caller's arena */
} tn_lint_warning;

/* Warnings in file order, in `arena`. */
tn_status tn_model_lint(const tn_model *model, tn_arena *arena, tn_lint_warning **out,
                        size_t *count) TN_MUST_CHECK;

#endif
