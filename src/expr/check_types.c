/* Types that meet: one type for both sides, dates to times, levels to texts, and comparisons. */
#include "expr/check.h"

#include "base/error.h"
#include "base/number.h"

const char *tn_type_phrase(tn_type type) {
    static const char *const phrases[] = {
        [TN_TYPE_NUMBER] = "a number", [TN_TYPE_BOOL] = "a bool", [TN_TYPE_TEXT] = "a text",
        [TN_TYPE_LEVEL] = "a level",   [TN_TYPE_TIME] = "a time", [TN_TYPE_DURATION] = "a duration",
        [TN_TYPE_DATE] = "a date",
    };
    return phrases[type];
}

static const char *advice_for_number(const tn_expr *node) {
    double ignored;
    switch (node->type) {
    case TN_TYPE_TEXT:
        if (node->kind == TN_NODE_TEXT && tn_parse_double(node->text, &ignored))
            return ": write it without quotes";
        return "";
    case TN_TYPE_BOOL:
        return ": write if(condition, 1, 0)";
    case TN_TYPE_DURATION:
        return ": days(duration) is a number";
    case TN_TYPE_TIME:
    case TN_TYPE_DATE:
        return ": days_since(t) and days_until(t) are numbers";
    default:
        return "";
    }
}

const char *tn_type_advice(const tn_expr *node, tn_type want) {
    switch (want) {
    case TN_TYPE_NUMBER:
        return advice_for_number(node);
    case TN_TYPE_BOOL:
        if (node->type == TN_TYPE_NUMBER) return ": compare it, as in x > 0";
        if (node->type == TN_TYPE_TEXT || node->type == TN_TYPE_LEVEL)
            return ": compare it, as in x = 'a'";
        return ": compare it, or write 'x is not null'";
    case TN_TYPE_TEXT:
        return node->kind == TN_NODE_NUMBER ? ": write it in quotes" : "";
    case TN_TYPE_TIME:
    case TN_TYPE_DATE:
        return node->type == TN_TYPE_TEXT || node->type == TN_TYPE_NUMBER
                   ? ": write date '2026-01-31'"
                   : "";
    case TN_TYPE_DURATION:
        return node->type == TN_TYPE_NUMBER ? ": write a duration such as 30d" : "";
    default:
        return "";
    }
}

tn_status tn_check_refuse(const tn_checker *ck, const tn_expr *node, tn_type want,
                          const char *who) {
    return tn_complain(&ck->complaint, tn_position_of(node),
                       "'%s' expects %s here, but this is %s%s", who, tn_type_phrase(want),
                       tn_type_phrase(node->type), tn_type_advice(node, want));
}

/* Puts a node that changes the type above the one at *slot. */
static tn_status wrap(const tn_checker *ck, tn_expr **slot, tn_node_kind kind, tn_type type) {
    tn_expr *node = tn_node_with(ck->arena, kind, tn_position_of(*slot), 1);
    if (node == NULL) return tn_fail_memory(ck->complaint.error);
    node->type = type;
    node->children[0] = *slot;
    *slot = node;
    return TN_OK;
}

tn_status tn_check_want(const tn_checker *ck, tn_expr **slot, tn_type want, const char *who) {
    const tn_type type = (*slot)->type;
    if (type == want) return TN_OK;
    if (type == TN_TYPE_DATE && want == TN_TYPE_TIME)
        return wrap(ck, slot, TN_NODE_TO_TIME, TN_TYPE_TIME);
    if (type == TN_TYPE_LEVEL && want == TN_TYPE_TEXT)
        return wrap(ck, slot, TN_NODE_LEVEL_TEXT, TN_TYPE_TEXT);
    return tn_check_refuse(ck, *slot, want, who);
}

/* ---- One type for several ---- */

static bool any_of_type(tn_expr *const *slots, uint32_t count, tn_type type) {
    for (uint32_t i = 0; i < count; i++)
        if (slots[i]->type == type) return true;
    return false;
}

/* The levels that all slots share, text literals aside when they may be names of levels; NULL when
 * they do not. */
static const tn_levels *shared_levels(tn_expr *const *slots, uint32_t count, bool literals) {
    const tn_levels *levels = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (slots[i]->type == TN_TYPE_LEVEL) {
            if (levels != NULL && levels != slots[i]->levels) return NULL;
            levels = slots[i]->levels;
        } else if (!literals || slots[i]->kind != TN_NODE_TEXT) {
            return NULL;
        }
    }
    return levels;
}

static tn_status unify_levels(const tn_checker *ck, tn_expr **slots, uint32_t count,
                              bool literals_are_levels) {
    const tn_levels *levels = shared_levels(slots, count, literals_are_levels);
    for (uint32_t i = 0; i < count; i++) {
        if (levels != NULL && slots[i]->type == TN_TYPE_TEXT)
            TN_TRY(tn_check_level_literal(ck, slots[i], levels));
        if (levels == NULL && slots[i]->type == TN_TYPE_LEVEL)
            TN_TRY(wrap(ck, &slots[i], TN_NODE_LEVEL_TEXT, TN_TYPE_TEXT));
    }
    return TN_OK;
}

/* The slot that sets the type: the first that is no literal, so that a message blames the literal.
 */
static const tn_expr *leading(tn_expr *const *slots, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (slots[i]->kind > TN_NODE_DATE) return slots[i];
    return slots[0];
}

tn_status tn_check_unify(const tn_checker *ck, tn_expr **slots, uint32_t count,
                         bool literals_are_levels, const char *who) {
    if (any_of_type(slots, count, TN_TYPE_LEVEL))
        TN_TRY(unify_levels(ck, slots, count, literals_are_levels));
    tn_type want = leading(slots, count)->type;
    if (want == TN_TYPE_DATE && any_of_type(slots, count, TN_TYPE_TIME)) want = TN_TYPE_TIME;
    for (uint32_t i = 0; i < count; i++)
        TN_TRY(tn_check_want(ck, &slots[i], want, who));
    return TN_OK;
}

/* ---- Comparisons ---- */

static tn_status check_order(const tn_checker *ck, const tn_expr *node, bool were_levels) {
    const tn_type type = node->children[0]->type;
    const char *word = tn_node_word(node->kind);
    if (type == TN_TYPE_TEXT && were_levels)
        return tn_complain(&ck->complaint, tn_position_of(node),
                           "'%s': a level has an order among its own names only", word);
    if (type == TN_TYPE_TEXT)
        return tn_complain(&ck->complaint, tn_position_of(node),
                           "'%s': text compares by =, != and in only", word);
    if (type == TN_TYPE_BOOL)
        return tn_complain(&ck->complaint, tn_position_of(node),
                           "'%s': a bool compares by =, != and in only", word);
    if (type != TN_TYPE_LEVEL) return TN_OK;
    for (uint32_t i = 0; i < node->child_count; i++) {
        const tn_expr *side = node->children[i];
        if (side->kind != TN_NODE_TEXT || side->as.count < side->levels->ladder_count) continue;
        return tn_complain(&ck->complaint, tn_position_of(side),
                           "'%.*s' is an exit, off the ladder, and has no order: compare it by =, "
                           "!= or in",
                           tn_shown(side->text), side->text.data);
    }
    return TN_OK;
}

tn_status tn_check_comparison(const tn_checker *ck, tn_expr *node) {
    const bool levels = any_of_type(node->children, node->child_count, TN_TYPE_LEVEL);
    TN_TRY(tn_check_unify(ck, node->children, node->child_count, true, tn_node_word(node->kind)));
    node->type = TN_TYPE_BOOL;
    switch (node->kind) {
    case TN_NODE_LT:
    case TN_NODE_LE:
    case TN_NODE_GT:
    case TN_NODE_GE:
    case TN_NODE_BETWEEN:
        return check_order(ck, node, levels);
    default:
        return TN_OK;
    }
}
