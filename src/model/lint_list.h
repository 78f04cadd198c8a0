/* lint_list.h: what the parts of lint share. Private to the model layer. */
#ifndef TN_MODEL_LINT_LIST_H
#define TN_MODEL_LINT_LIST_H

#include "base/error.h"
#include "model/lint.h"
#include "model/site.h"

typedef struct tn_lint_entry tn_lint_entry;

typedef struct tn_lint_list {
    const tn_model *model;
    tn_arena *arena;
    tn_lint_entry *first, *last;
    size_t count;
} tn_lint_list;

tn_status tn_lint_add(tn_lint_list *list, tn_yaml_mark where, const char *format, ...)
    TN_PRINTF(3, 4) TN_MUST_CHECK;

/* Grades out of reach, caps that never bind, rules that grow for ever, actions counted twice. */
tn_status tn_lint_scores(tn_lint_list *list) TN_MUST_CHECK;
/* Stages that nobody can stand in, words of presets without an action. */
tn_status tn_lint_stages(tn_lint_list *list) TN_MUST_CHECK;
/* `not (x <= y)`, true where x is null. */
tn_status tn_lint_nulls(tn_lint_list *list, const tn_site *site) TN_MUST_CHECK;

#endif
