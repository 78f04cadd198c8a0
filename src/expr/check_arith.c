/* Arithmetic: numbers, durations, and points in time moved by durations.
 *
 * Durations made of literals alone are folded into one literal here, because a literal knows its
 * calendar part: born + (1y + 2mo) moves by 14 calendar months, a duration that is computed does
 * not. */
#include "expr/check.h"
#include "expr/lex.h"

#include "base/calendar.h"
#include "base/error.h"

#include <math.h>

static bool is_literal(const tn_expr *node, tn_node_kind kind) {
    return node->kind == kind && !tn_expr_is_null_literal(node);
}

/* ---- Folding ---- */

static tn_status become_duration(const tn_checker *ck, tn_expr *node, double ms, double months,
                                 double plain_ms) {
    const double months_max = 120000.0;
    if (!(fabs(ms) <= TN_DURATION_MS_MAX && fabs(months) <= months_max))
        return tn_complain(&ck->complaint, tn_position_of(node),
                           "a duration is at most 10000 years");
    node->kind = TN_NODE_DURATION;
    node->type = TN_TYPE_DURATION;
    node->as.duration_ms = ms;
    node->months = (int32_t)months;
    node->plain_ms = plain_ms + 0.0; /* -0 becomes 0 */
    node->children = NULL;
    node->child_count = 0;
    return TN_OK;
}

static tn_status fold_sum(const tn_checker *ck, tn_expr *node) {
    const tn_expr *a = node->children[0];
    const tn_expr *b = node->children[1];
    const double sign = node->kind == TN_NODE_SUB ? -1.0 : 1.0;
    return become_duration(ck, node, a->as.duration_ms + sign * b->as.duration_ms,
                           (double)a->months + sign * b->months, a->plain_ms + sign * b->plain_ms);
}

/* A multiple of a literal stays one as long as its months stay whole. */
static tn_status fold_product(const tn_checker *ck, tn_expr *node, const tn_expr *duration,
                              double factor) {
    const double months = duration->months * factor;
    if (months != floor(months)) return TN_OK;
    return become_duration(ck, node, duration->as.duration_ms * factor, months,
                           duration->plain_ms * factor);
}

static tn_status check_negation(const tn_checker *ck, tn_expr *node) {
    const tn_expr *x = node->children[0];
    if (x->type != TN_TYPE_NUMBER && x->type != TN_TYPE_DURATION)
        return tn_check_refuse(ck, x, TN_TYPE_NUMBER, "-");
    node->type = x->type;
    if (is_literal(x, TN_NODE_DURATION))
        return become_duration(ck, node, -x->as.duration_ms, -(double)x->months, -x->plain_ms);
    if (is_literal(x, TN_NODE_NUMBER)) {
        node->kind = TN_NODE_NUMBER;
        node->as.number = -x->as.number;
        node->child_count = 0;
    }
    return TN_OK;
}

/* ---- Points in time ---- */

static bool is_point(const tn_expr *node) {
    return node->type == TN_TYPE_TIME || node->type == TN_TYPE_DATE;
}

/* A date moved by a literal of whole days or months stays a date; by anything else it is a time. */
static bool moves_whole_days(const tn_expr *duration) {
    return is_literal(duration, TN_NODE_DURATION) &&
           fmod(duration->plain_ms, (double)TN_DAY_MS) == 0.0;
}

/* Child 0 is a point in time, child 1 a duration. */
static tn_status check_move(const tn_checker *ck, tn_expr *node) {
    node->type = TN_TYPE_TIME;
    if (node->children[0]->type == TN_TYPE_DATE && moves_whole_days(node->children[1])) {
        node->type = TN_TYPE_DATE;
        return TN_OK;
    }
    return tn_check_want(ck, &node->children[0], TN_TYPE_TIME, tn_node_word(node->kind));
}

static tn_status check_point_sum(const tn_checker *ck, tn_expr *node) {
    tn_expr **side = node->children;
    if (node->kind == TN_NODE_ADD && !is_point(side[0])) {
        if (side[0]->type != TN_TYPE_DURATION)
            return tn_check_refuse(ck, side[0], TN_TYPE_DURATION, "+");
        tn_expr *moved = side[1];
        side[1] = side[0];
        side[0] = moved;
    }
    if (node->kind == TN_NODE_SUB && is_point(side[1])) {
        node->type = TN_TYPE_DURATION;
        if (!is_point(side[0])) return tn_check_refuse(ck, side[0], side[1]->type, "-");
        return tn_check_unify(ck, side, 2, false, "-");
    }
    if (side[1]->type != TN_TYPE_DURATION)
        return tn_check_refuse(ck, side[1], TN_TYPE_DURATION, tn_node_word(node->kind));
    return check_move(ck, node);
}

/* ---- Numbers and durations ---- */

/* Text has a sum in other languages. */
static tn_status refuse_operand(const tn_checker *ck, const tn_expr *node, const tn_expr *operand) {
    const bool is_text = operand->type == TN_TYPE_TEXT || operand->type == TN_TYPE_LEVEL;
    if (node->kind == TN_NODE_ADD && is_text)
        return tn_complain(&ck->complaint, tn_position_of(operand),
                           "'+' expects a number here, but this is %s: join(a, b) puts texts "
                           "together",
                           tn_type_phrase(operand->type));
    return tn_check_refuse(ck, operand, TN_TYPE_NUMBER, tn_node_word(node->kind));
}

static tn_status check_sum(const tn_checker *ck, tn_expr *node) {
    tn_expr **side = node->children;
    if (is_point(side[0]) || is_point(side[1])) return check_point_sum(ck, node);
    for (int i = 0; i < 2; i++)
        if (side[i]->type != TN_TYPE_NUMBER && side[i]->type != TN_TYPE_DURATION)
            return refuse_operand(ck, node, side[i]);
    TN_TRY(tn_check_want(ck, &side[1], side[0]->type, tn_node_word(node->kind)));
    node->type = side[0]->type;
    if (is_literal(side[0], TN_NODE_DURATION) && is_literal(side[1], TN_NODE_DURATION))
        return fold_sum(ck, node);
    return TN_OK;
}

static tn_status check_product(const tn_checker *ck, tn_expr *node) {
    tn_expr **side = node->children;
    const bool divides = node->kind == TN_NODE_DIV;
    const char *word = tn_node_word(node->kind);
    for (int i = 0; i < 2; i++)
        if (side[i]->type != TN_TYPE_NUMBER && side[i]->type != TN_TYPE_DURATION)
            return refuse_operand(ck, node, side[i]);
    const bool durations[2] = {side[0]->type == TN_TYPE_DURATION,
                               side[1]->type == TN_TYPE_DURATION};
    node->type = TN_TYPE_NUMBER;
    if (durations[0] && durations[1])
        return divides ? TN_OK : tn_check_refuse(ck, side[1], TN_TYPE_NUMBER, word);
    if (durations[1] && divides) return tn_check_refuse(ck, side[1], TN_TYPE_NUMBER, word);
    if (!durations[0] && !durations[1]) return TN_OK;
    node->type = TN_TYPE_DURATION;
    const tn_expr *duration = side[durations[0] ? 0 : 1];
    const tn_expr *factor = side[durations[0] ? 1 : 0];
    if (!divides && is_literal(duration, TN_NODE_DURATION) && is_literal(factor, TN_NODE_NUMBER))
        return fold_product(ck, node, duration, factor->as.number);
    return TN_OK;
}

tn_status tn_check_arithmetic(const tn_checker *ck, tn_expr *node) {
    switch (node->kind) {
    case TN_NODE_NEG:
        return check_negation(ck, node);
    case TN_NODE_ADD:
    case TN_NODE_SUB:
        return check_sum(ck, node);
    default:
        return check_product(ck, node);
    }
}
