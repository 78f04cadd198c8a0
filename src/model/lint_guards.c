/* Conditions: stages in which nobody can stand, and `not` of a comparison with a null. */
#include "model/imply.h"
#include "model/lint_list.h"
#include "model/reader.h"

#include <stdio.h>

/* ---- Stages ---- */

static const tn_expr *guard_of(const tn_model_stages *stages, uint32_t number) {
    return stages->stages[number].guard.tree;
}

static bool is_own(const tn_lint_list *list, const tn_model_stage *stage) {
    return stage->guard.document == &list->model->document;
}

/* Who takes everybody whom stage `number` could have: a later stage of the ladder, an exit, or for
 * an exit an earlier exit. TN_NONE: nobody was seen to. */
static uint32_t shadow_of(const tn_model_stages *stages, uint32_t number) {
    const bool is_exit = number >= stages->ladder_count;
    const uint32_t last = is_exit ? number : stages->stage_count;
    for (uint32_t i = is_exit ? stages->ladder_count : number + 1; i < last; i++)
        if (tn_expr_implies(guard_of(stages, number), guard_of(stages, i))) return i;
    return TN_NONE;
}

static tn_status lint_stage(tn_lint_list *list, const tn_model_stages *stages, uint32_t number) {
    const tn_model_stage *stage = &stages->stages[number];
    if (is_own(list, stage) && tn_expr_never(stage->guard.tree))
        return tn_lint_add(list, stage->where,
                           "nobody can stand in stage '%.*s': its guard never holds",
                           TN_SHOWN(stage->name));
    if (tn_expr_never(stage->guard.tree))
        return TN_OK; /* the note on the preset's words says why */
    const uint32_t shadow = shadow_of(stages, number);
    if (shadow == TN_NONE) return TN_OK;
    const tn_model_stage *other = &stages->stages[shadow];
    return tn_lint_add(list, stage->where,
                       "nobody can stand in stage '%.*s': %s '%.*s' takes everybody whom its guard "
                       "lets in",
                       TN_SHOWN(stage->name), other->is_exit ? "exit" : "the later stage",
                       TN_SHOWN(other->name));
}

/* One note a preset: the words that mean no action of the model. */
static tn_status lint_words(tn_lint_list *list, const tn_model_stages *stages) {
    char words[384] = "";
    size_t used = 0;
    const char *first = NULL;
    for (uint32_t i = 0; i < stages->preset_action_count && used < sizeof words; i++) {
        const tn_preset_action *word = &stages->preset_actions[i];
        if (word->action != TN_NONE) continue;
        used += (size_t)snprintf(words + used, sizeof words - used, "%s%s",
                                 first == NULL ? "" : ", ", word->name.data);
        if (first == NULL) first = word->name.data;
    }
    if (first == NULL) return TN_OK;
    return tn_lint_add(list, stages->where,
                       "the model does not declare what preset '%.*s' reads: %s; to it they never "
                       "happen (name your own by with: {%s: …})",
                       TN_SHOWN(stages->preset), words, first);
}

tn_status tn_lint_stages(tn_lint_list *list) {
    const tn_model *model = list->model;
    for (uint32_t i = 0; i < model->stage_model_count; i++) {
        const tn_model_stages *stages = &model->stage_models[i];
        TN_TRY(lint_words(list, stages));
        for (uint32_t j = 0; j < stages->stage_count; j++)
            TN_TRY(lint_stage(list, stages, j));
    }
    return TN_OK;
}

/* ---- Nulls ---- */

static bool any_nullable(const tn_model *model, const tn_expr *expr);

static bool is_nullable_column(const tn_model *model, const tn_expr *expr) {
    if (tn_column_ref_space(expr->column) != TN_SPACE_DERIVED) return true;
    const tn_derived_kind kind = model->derived[tn_column_ref_index(expr->column)].kind;
    return kind != TN_DERIVED_SCORE && kind != TN_DERIVED_SEGMENT;
}

/* Whether a value may be missing. */
static bool is_nullable(const tn_model *model, const tn_expr *expr) {
    switch (expr->kind) {
    case TN_NODE_COLUMN:
        return is_nullable_column(model, expr);
    case TN_NODE_JOINED:
    case TN_NODE_LAST_SEEN:
    case TN_NODE_MEAN:
    case TN_NODE_FIRST:
    case TN_NODE_LAST:
    case TN_NODE_LAST_VALUE:
        return true;
    case TN_NODE_COALESCE:
        for (uint32_t i = 0; i < expr->child_count; i++)
            if (!is_nullable(model, expr->children[i])) return false;
        return true;
    case TN_NODE_IF:
        return is_nullable(model, expr->children[1]) || is_nullable(model, expr->children[2]);
    default:
        return expr->type != TN_TYPE_BOOL && any_nullable(model, expr);
    }
}

static bool any_nullable(const tn_model *model, const tn_expr *expr) {
    for (uint32_t i = 0; i < expr->child_count; i++)
        if (is_nullable(model, expr->children[i])) return true;
    return false;
}

/* The part of a value whose absence makes it null: age in 2 * age. */
static const tn_expr *missing_part(const tn_model *model, const tn_expr *expr) {
    if (expr->kind == TN_NODE_COALESCE || expr->kind == TN_NODE_IF) return expr;
    for (uint32_t i = 0; i < expr->child_count; i++)
        if (is_nullable(model, expr->children[i])) return missing_part(model, expr->children[i]);
    return expr;
}

typedef struct null_lint {
    tn_lint_list *list;
    const tn_site *site;
} null_lint;

/* Somebody who asks whether it is null knows that it may be. */
static bool asks_for_null(const tn_expr *expr, const tn_expr *operand) {
    if ((expr->kind == TN_NODE_IS_NULL || expr->kind == TN_NODE_IS_NOT_NULL) &&
        tn_expr_same(expr->children[0], operand))
        return true;
    for (uint32_t i = 0; i < expr->child_count; i++)
        if (asks_for_null(expr->children[i], operand)) return true;
    return false;
}

static tn_status lint_comparison(const null_lint *lint, const tn_expr *comparison,
                                 const tn_expr *negation) {
    const tn_model *model = lint->list->model;
    const tn_model_expr *expr = lint->site->expr;
    for (uint32_t i = 0; i < comparison->child_count; i++) {
        if (!is_nullable(model, comparison->children[i])) continue;
        const tn_expr *missing = missing_part(model, comparison->children[i]);
        if (asks_for_null(expr->tree, missing)) continue;
        const tn_str text = {expr->text.data + missing->offset, missing->length};
        return tn_lint_add(
            lint->list, tn_yaml_locate(expr->document, expr->node, negation->offset),
            "this `not` is also true where %.*s is null: add `%.*s is not null and`, "
            "or turn the comparison round",
            TN_SHOWN(text), TN_SHOWN(text));
    }
    return TN_OK;
}

static bool is_comparison(tn_node_kind kind) {
    return kind >= TN_NODE_EQ && kind <= TN_NODE_IN;
}

/* `negation` is the innermost `not` above, NULL where the number of them is even. */
static tn_status walk_nulls(const null_lint *lint, const tn_expr *expr, const tn_expr *negation) {
    if (is_comparison(expr->kind) && negation != NULL)
        TN_TRY(lint_comparison(lint, expr, negation));
    for (uint32_t i = 0; i < expr->child_count; i++) {
        const tn_expr *below = NULL;
        if (expr->kind == TN_NODE_NOT)
            below = negation == NULL ? expr : NULL;
        else if (expr->kind == TN_NODE_AND || expr->kind == TN_NODE_OR)
            below = negation;
        TN_TRY(walk_nulls(lint, expr->children[i], below));
    }
    return TN_OK;
}

tn_status tn_lint_nulls(tn_lint_list *list, const tn_site *site) {
    const null_lint lint = {.list = list, .site = site};
    return walk_nulls(&lint, site->expr->tree, NULL);
}
