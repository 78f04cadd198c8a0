/* Warnings are gathered part by part and then sorted by their place in the file. */
#include "model/lint.h"

#include "base/bytes.h"
#include "model/lint_list.h"
#include "model/reader.h"

#include <stdarg.h>
#include <stdio.h>

struct tn_lint_entry {
    tn_lint_warning warning;
    tn_lint_entry *next;
};

tn_status tn_lint_add(tn_lint_list *list, tn_yaml_mark where, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20) *c = ' ';
    tn_lint_entry *entry = tn_arena_alloc(list->arena, sizeof *entry);
    if (entry == NULL) return TN_OUT_OF_MEMORY;
    entry->warning.where = where;
    entry->warning.text = tn_arena_copy(list->arena, text, strlen(text));
    if (entry->warning.text == NULL) return TN_OUT_OF_MEMORY;
    if (list->first == NULL)
        list->first = entry;
    else
        list->last->next = entry;
    list->last = entry;
    list->count++;
    return TN_OK;
}

/* ---- What is declared and never used ---- */

typedef struct usage {
    tn_lint_list *list;
    bool *attributes, *actions;
} usage;

static void use_action(const usage *usage_of, uint32_t action) {
    if (action != TN_NONE) usage_of->actions[action] = true;
}

static void use_tree(const usage *usage_of, const tn_expr *expr) {
    switch (expr->kind) {
    case TN_NODE_COLUMN:
        if (tn_column_ref_space(expr->column) == TN_SPACE_ATTRIBUTE)
            usage_of->attributes[tn_column_ref_index(expr->column)] = true;
        break;
    case TN_NODE_AFTER:
        use_action(usage_of, expr->action_b);
        use_action(usage_of, expr->action);
        break;
    case TN_NODE_COUNT:
    case TN_NODE_SUM:
    case TN_NODE_MEAN:
    case TN_NODE_FIRST:
    case TN_NODE_LAST:
    case TN_NODE_LAST_VALUE:
    case TN_NODE_DECAYED:
        use_action(usage_of, expr->action);
        break;
    default:
        break;
    }
    for (uint32_t i = 0; i < expr->child_count; i++)
        use_tree(usage_of, expr->children[i]);
}

static tn_status lint_site(void *context, const tn_site *site) {
    const usage *usage_of = context;
    use_tree(usage_of, site->expr->tree);
    return tn_lint_nulls(usage_of->list, site);
}

static void use_parts(const usage *usage_of, const tn_model *model) {
    for (uint32_t i = 0; i < model->action_count; i++)
        use_action(usage_of, model->actions[i].of);
    if (model->transactions.is_present) {
        use_action(usage_of, model->transactions.action);
        use_action(usage_of, model->transactions.minus);
    }
    for (uint32_t i = 0; i < model->score_count; i++)
        for (uint32_t j = 0; j < model->scores[i].rule_count; j++)
            use_action(usage_of, model->scores[i].rules[j].action);
    for (uint32_t i = 0; i < model->stage_model_count; i++)
        for (uint32_t j = 0; j < model->stage_models[i].preset_action_count; j++)
            use_action(usage_of, model->stage_models[i].preset_actions[j].action);
    use_action(usage_of, model->metrics.nps);
    use_action(usage_of, model->metrics.csat);
}

static tn_status lint_unused(const usage *usage_of) {
    const tn_model *model = usage_of->list->model;
    for (uint32_t i = 0; i < model->attribute_count; i++)
        if (!usage_of->attributes[i])
            TN_TRY(tn_lint_add(usage_of->list, model->attributes[i].where,
                               "attribute '%.*s' is declared and never used",
                               TN_SHOWN(model->attributes[i].name)));
    for (uint32_t i = 0; i < model->action_count; i++)
        if (!usage_of->actions[i])
            TN_TRY(tn_lint_add(usage_of->list, model->actions[i].at,
                               "action '%.*s' is declared and never used",
                               TN_SHOWN(model->actions[i].name)));
    return TN_OK;
}

static tn_status lint_expressions(tn_lint_list *list) {
    const tn_model *model = list->model;
    usage usage_of = {.list = list};
    usage_of.attributes = tn_arena_array(list->arena, model->attribute_count, sizeof(bool));
    usage_of.actions = tn_arena_array(list->arena, model->action_count, sizeof(bool));
    if (usage_of.attributes == NULL || usage_of.actions == NULL) return TN_OUT_OF_MEMORY;
    TN_TRY(tn_model_visit_sites(model, lint_site, &usage_of));
    use_parts(&usage_of, model);
    return lint_unused(&usage_of);
}

/* ---- CLV ---- */

/* "margin: 30" is meant as 30 %. */
static tn_status lint_margin(tn_lint_list *list) {
    const tn_model_clv *clv = &list->model->clv;
    if (!clv->is_present || clv->margin.tree->kind != TN_NODE_NUMBER) return TN_OK;
    const double margin = clv->margin.tree->as.number;
    if (!(margin > 1)) return TN_OK;
    return tn_lint_add(list, clv->margin.where, "a margin of %g is %g%% of the revenue", margin,
                       100 * margin);
}

/* ---- In file order ---- */

/* Takes the place in the list: a merge of two sorted lists; of equals the left one comes first. */
static tn_lint_entry *merge(tn_lint_entry *left, tn_lint_entry *right) {
    tn_lint_entry *first = NULL;
    tn_lint_entry **end = &first;
    while (left != NULL && right != NULL) {
        tn_lint_entry **from =
            right->warning.where.offset < left->warning.where.offset ? &right : &left;
        *end = *from;
        end = &(*from)->next;
        *from = (*from)->next;
    }
    *end = left != NULL ? left : right;
    return first;
}

static tn_lint_entry *sorted(tn_lint_entry *list, size_t count) {
    if (count < 2) return list;
    tn_lint_entry *middle = list;
    for (size_t i = 1; i < count / 2; i++)
        middle = middle->next;
    tn_lint_entry *right = middle->next;
    middle->next = NULL;
    tn_lint_entry *left_sorted = sorted(list, count / 2);
    return merge(left_sorted, sorted(right, count - count / 2));
}

static tn_status hand_out(tn_lint_list *list, tn_lint_warning **out, size_t *count) {
    tn_lint_warning *warnings = tn_arena_array(list->arena, list->count, sizeof *warnings);
    if (warnings == NULL) return TN_OUT_OF_MEMORY;
    size_t i = 0;
    for (const tn_lint_entry *e = sorted(list->first, list->count); e != NULL; e = e->next)
        warnings[i++] = e->warning;
    *out = warnings;
    *count = i;
    return TN_OK;
}

tn_status tn_model_lint(const tn_model *model, tn_arena *arena, tn_lint_warning **out,
                        size_t *count) {
    tn_lint_list list = {.model = model, .arena = arena};
    TN_TRY(lint_expressions(&list));
    TN_TRY(tn_lint_scores(&list));
    TN_TRY(tn_lint_stages(&list));
    TN_TRY(lint_margin(&list));
    return hand_out(&list, out, count);
}
