/* The type check: children first, then each kind by its rule. */
#include "expr/check.h"

#include "base/error.h"

static tn_status want_all(const tn_checker *ck, tn_expr *node, tn_type want, tn_type result) {
    for (uint32_t i = 0; i < node->child_count; i++)
        TN_TRY(tn_check_want(ck, &node->children[i], want, tn_node_word(node->kind)));
    node->type = result;
    return TN_OK;
}

/* What a node has in common with its children from `first` on. */
static tn_status take_type(const tn_checker *ck, tn_expr *node, uint32_t first) {
    TN_TRY(tn_check_unify(ck, node->children + first, node->child_count - first, false,
                          tn_node_word(node->kind)));
    node->type = node->children[first]->type;
    node->levels = node->children[first]->levels;
    return TN_OK;
}

static bool is_measurable(tn_type type) {
    return type == TN_TYPE_NUMBER || type == TN_TYPE_TIME || type == TN_TYPE_DATE ||
           type == TN_TYPE_DURATION;
}

static tn_status want_measurable(const tn_checker *ck, const tn_expr *node) {
    for (uint32_t i = 0; i < node->child_count; i++)
        if (!is_measurable(node->children[i]->type))
            return tn_check_refuse(ck, node->children[i], TN_TYPE_NUMBER, tn_node_word(node->kind));
    return TN_OK;
}

static tn_status check_condition(const tn_checker *ck, tn_expr *node) {
    TN_TRY(tn_check_want(ck, &node->children[0], TN_TYPE_BOOL, "if"));
    return take_type(ck, node, 1);
}

static tn_status check_abs(const tn_checker *ck, tn_expr *node) {
    const tn_expr *x = node->children[0];
    if (x->type != TN_TYPE_DURATION && x->type != TN_TYPE_NUMBER)
        return tn_check_refuse(ck, x, TN_TYPE_NUMBER, "abs");
    node->type = x->type;
    return TN_OK;
}

/* days_since and its kin: of a time or a date, and of today. */
static tn_status check_days(const tn_checker *ck, tn_expr *node) {
    const tn_expr *t = node->children[0];
    TN_TRY(tn_check_beyond_event(ck, node));
    if (t->type != TN_TYPE_TIME && t->type != TN_TYPE_DATE)
        return tn_check_refuse(ck, t, TN_TYPE_TIME, tn_node_word(node->kind));
    node->type = TN_TYPE_NUMBER;
    return TN_OK;
}

static tn_status check_base_wide(const tn_checker *ck, tn_expr *node) {
    TN_TRY(tn_check_beyond_event(ck, node));
    node->type = TN_TYPE_NUMBER;
    return want_measurable(ck, node);
}

static void check_literal(tn_expr *node) {
    switch (node->kind) {
    case TN_NODE_NUMBER:
        node->type = TN_TYPE_NUMBER;
        break;
    case TN_NODE_TEXT:
        node->type = TN_TYPE_TEXT;
        break;
    case TN_NODE_DURATION:
        node->type = TN_TYPE_DURATION;
        break;
    case TN_NODE_DATE:
        node->type = TN_TYPE_DATE;
        break;
    default:
        node->type = TN_TYPE_BOOL;
        break;
    }
}

static tn_status check_call(const tn_checker *ck, tn_expr *node) {
    switch (node->kind) {
    case TN_NODE_TILE:
    case TN_NODE_BUCKET:
        return check_base_wide(ck, node);
    case TN_NODE_IF:
        return check_condition(ck, node);
    case TN_NODE_COALESCE:
        return take_type(ck, node, 0);
    case TN_NODE_MIN:
    case TN_NODE_MAX:
        TN_TRY(want_measurable(ck, node));
        return take_type(ck, node, 0);
    case TN_NODE_ABS:
        return check_abs(ck, node);
    case TN_NODE_LOWER:
    case TN_NODE_JOIN:
        return want_all(ck, node, TN_TYPE_TEXT, TN_TYPE_TEXT);
    case TN_NODE_CONTAINS:
    case TN_NODE_STARTS_WITH:
        return want_all(ck, node, TN_TYPE_TEXT, TN_TYPE_BOOL);
    case TN_NODE_DAYS_SINCE:
    case TN_NODE_DAYS_UNTIL:
    case TN_NODE_DAYS_TO_ANNIVERSARY:
        return check_days(ck, node);
    case TN_NODE_DAYS:
        return want_all(ck, node, TN_TYPE_DURATION, TN_TYPE_NUMBER);
    default:
        return want_all(ck, node, TN_TYPE_NUMBER, TN_TYPE_NUMBER);
    }
}

static tn_status check_kind(const tn_checker *ck, tn_expr *node) {
    switch (node->kind) {
    case TN_NODE_NUMBER:
    case TN_NODE_BOOL:
    case TN_NODE_TEXT:
    case TN_NODE_DURATION:
    case TN_NODE_DATE:
        check_literal(node);
        return TN_OK;
    case TN_NODE_COLUMN:
    case TN_NODE_NOW:
    case TN_NODE_JOINED:
    case TN_NODE_LAST_SEEN:
        return tn_check_name(ck, node);
    case TN_NODE_COUNT:
    case TN_NODE_SUM:
    case TN_NODE_MEAN:
    case TN_NODE_FIRST:
    case TN_NODE_LAST:
    case TN_NODE_LAST_VALUE:
    case TN_NODE_DECAYED:
    case TN_NODE_AFTER:
        return tn_check_action(ck, node);
    case TN_NODE_OR:
    case TN_NODE_AND:
    case TN_NODE_NOT:
        return want_all(ck, node, TN_TYPE_BOOL, TN_TYPE_BOOL);
    case TN_NODE_EQ:
    case TN_NODE_NE:
    case TN_NODE_LT:
    case TN_NODE_LE:
    case TN_NODE_GT:
    case TN_NODE_GE:
    case TN_NODE_BETWEEN:
    case TN_NODE_IN:
        return tn_check_comparison(ck, node);
    case TN_NODE_IS_NULL:
    case TN_NODE_IS_NOT_NULL:
        node->type = TN_TYPE_BOOL;
        return TN_OK;
    case TN_NODE_ADD:
    case TN_NODE_SUB:
    case TN_NODE_MUL:
    case TN_NODE_DIV:
    case TN_NODE_NEG:
        return tn_check_arithmetic(ck, node);
    default:
        return check_call(ck, node);
    }
}

/* Nests as deep as the tree, which the limits of the parser bound. */
static tn_status check_node(const tn_checker *ck, tn_expr *node) {
    for (uint32_t i = 0; i < node->child_count; i++)
        TN_TRY(check_node(ck, node->children[i]));
    return check_kind(ck, node);
}

tn_status tn_expr_check(tn_arena *arena, tn_expr *expr, const tn_scope *scope,
                        tn_expr_position *where, tn_error *error) {
    const tn_checker ck = {
        .arena = arena, .scope = scope, .complaint = {.where = where, .error = error}};
    return check_node(&ck, expr);
}

/* Puts a node of `kind` in the root's place, above a copy of it. */
static tn_status wrap_root(const tn_checker *ck, tn_expr *expr, tn_node_kind kind, tn_type type) {
    tn_expr *copy = tn_node_new(ck->arena, expr->kind, tn_position_of(expr));
    tn_expr *above = tn_node_with(ck->arena, kind, tn_position_of(expr), 1);
    if (copy == NULL || above == NULL) return tn_fail_memory(ck->complaint.error);
    *copy = *expr;
    above->type = type;
    above->children[0] = copy;
    *expr = *above;
    return TN_OK;
}

tn_status tn_expr_check_as(tn_arena *arena, tn_expr *expr, const tn_scope *scope, tn_type want,
                           const char *role, tn_expr_position *where, tn_error *error) {
    const tn_checker ck = {
        .arena = arena, .scope = scope, .complaint = {.where = where, .error = error}};
    TN_TRY(check_node(&ck, expr));
    if (expr->type == want) return TN_OK;
    if (expr->type == TN_TYPE_DATE && want == TN_TYPE_TIME)
        return wrap_root(&ck, expr, TN_NODE_TO_TIME, TN_TYPE_TIME);
    if (expr->type == TN_TYPE_LEVEL && want == TN_TYPE_TEXT)
        return wrap_root(&ck, expr, TN_NODE_LEVEL_TEXT, TN_TYPE_TEXT);
    return tn_complain(&ck.complaint, tn_position_of(expr), "%s must be %s, but this is %s%s", role,
                       tn_type_phrase(want), tn_type_phrase(expr->type),
                       tn_type_advice(expr, want));
}
