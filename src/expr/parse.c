/* The parser: precedence climbing over one token of look-ahead.
 *
 * What nests (parentheses, arguments, `not`, unary minus) counts against TN_EXPR_DEPTH_MAX before
 * the parser calls itself; a chain of operators of one precedence is a loop, so that a hundred
 * conditions joined by `or` nest no deeper than two. */
#include "expr/ast.h"
#include "expr/lex.h"

#include "base/bytes.h"
#include "base/error.h"

#include <math.h>
#include <tenure/limits.h>

typedef struct parser {
    tn_arena *arena;
    tn_lexer lexer;
    tn_token token; /* not consumed yet */
    size_t end;     /* of the last consumed token */
    uint32_t node_count;
    uint32_t depth;
} parser;

/* The arguments of a call while they are read. */
typedef struct node_list {
    tn_expr **items;
    uint32_t count;
    uint32_t capacity;
} node_list;

typedef enum precedence {
    PRECEDENCE_OR,
    PRECEDENCE_AND,
    PRECEDENCE_NOT,
    PRECEDENCE_COMPARISON,
    PRECEDENCE_SUM,
    PRECEDENCE_PRODUCT,
    PRECEDENCE_UNARY
} precedence;

static tn_status parse_at(parser *p, precedence least, tn_expr **out);

/* ---- Small steps ---- */

static tn_status memory(const parser *p) {
    tn_fail_memory(p->lexer.complaint.error);
    return TN_OUT_OF_MEMORY;
}

static tn_status advance(parser *p) {
    p->end = p->token.at.offset + p->token.at.length;
    return tn_lex_next(&p->lexer, &p->token);
}

static tn_str token_bytes(const parser *p) {
    return tn_token_bytes(&p->lexer, &p->token);
}

static tn_status enter(parser *p) {
    if (p->depth == TN_EXPR_DEPTH_MAX)
        return tn_complain(&p->lexer.complaint, p->token.at,
                           "the expression nests deeper than %d levels", TN_EXPR_DEPTH_MAX);
    p->depth++;
    return TN_OK;
}

static void leave(parser *p) {
    p->depth--;
}

static tn_expr_position from(const parser *p, size_t start) {
    return (tn_expr_position){.offset = start, .length = p->end - start};
}

static tn_status make_node(parser *p, tn_node_kind kind, tn_expr_position at, uint32_t children,
                           tn_expr **out) {
    if (p->node_count == TN_EXPR_NODES_MAX) {
        tn_complain(&p->lexer.complaint, at, "the expression has more than %d nodes",
                    TN_EXPR_NODES_MAX);
        return TN_BAD_EXPRESSION;
    }
    tn_expr *node = children == 0 ? tn_node_new(p->arena, kind, at)
                                  : tn_node_with(p->arena, kind, at, children);
    if (node == NULL) return memory(p);
    p->node_count++;
    *out = node;
    return TN_OK;
}

static tn_status copy_str(parser *p, tn_str text, tn_str *out) {
    const char *copy = tn_arena_copy(p->arena, text.data, text.size);
    if (copy == NULL) return memory(p);
    *out = (tn_str){.data = copy, .size = text.size};
    return TN_OK;
}

static tn_status take_text(parser *p, tn_str *out) {
    const size_t size = tn_token_text_size(&p->lexer, &p->token);
    char *copy = tn_arena_alloc(p->arena, size + 1);
    if (copy == NULL) return memory(p);
    tn_token_text_copy(&p->lexer, &p->token, copy);
    *out = (tn_str){.data = copy, .size = size};
    return advance(p);
}

static tn_status push(parser *p, node_list *list, tn_expr *node) {
    if (list->count == list->capacity) {
        const uint32_t capacity = list->capacity == 0 ? 4 : 2 * list->capacity;
        tn_expr **items = tn_arena_array(p->arena, capacity, sizeof(tn_expr *));
        if (items == NULL) return memory(p);
        for (uint32_t i = 0; i < list->count; i++)
            items[i] = list->items[i];
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = node;
    return TN_OK;
}

/* ---- What was expected ---- */

/* Complains that `wanted` does not stand here. */
static tn_status expected(const parser *p, const char *wanted) {
    const tn_str word = token_bytes(p);
    if (p->token.kind == TN_TOKEN_END)
        return tn_complain(&p->lexer.complaint, p->token.at,
                           "expected %s, but the expression ends here", wanted);
    const char *advice = p->token.kind == TN_TOKEN_NAME ? tn_advice_on(word) : NULL;
    if (advice != NULL)
        return tn_complain(&p->lexer.complaint, p->token.at, "unexpected '%.*s': %s",
                           tn_shown(word), word.data, advice);
    return tn_complain(&p->lexer.complaint, p->token.at, "expected %s, but found %s%.*s%s", wanted,
                       p->token.kind == TN_TOKEN_TEXT ? "" : "'", tn_shown(word), word.data,
                       p->token.kind == TN_TOKEN_TEXT ? "" : "'");
}

static tn_status expect(parser *p, tn_token_kind kind, const char *wanted) {
    if (p->token.kind != kind) return expected(p, wanted);
    return advance(p);
}

/* ---- Calls ---- */

static tn_status wrong_call(const parser *p, const tn_function *f, tn_expr_position at,
                            const char *why) {
    return tn_complain(&p->lexer.complaint, at, "%s: write %s", why, f->usage);
}

static tn_status parse_action(parser *p, const tn_function *f, tn_str *name, tn_expr_position *at) {
    if (p->token.kind == TN_TOKEN_TEXT)
        return wrong_call(p, f, p->token.at, "the name of an action stands without quotes");
    if (p->token.kind != TN_TOKEN_NAME)
        return wrong_call(p, f, p->token.at, "the name of an action is expected");
    *at = p->token.at;
    TN_TRY(copy_str(p, token_bytes(p), name));
    return advance(p);
}

static tn_status parse_duration(parser *p, const tn_function *f, tn_expr *node,
                                tn_expr_position *at) {
    if (p->token.kind != TN_TOKEN_DURATION || !(p->token.number > 0.0))
        return wrong_call(p, f, p->token.at, "a positive duration such as 90d is expected");
    *at = p->token.at;
    node->as.duration_ms = p->token.number;
    return advance(p);
}

/* A whole number from `least` to `most`, written as a literal. */
static tn_status parse_whole(parser *p, const char *what, uint32_t least, uint32_t most,
                             uint32_t *out) {
    const double value = p->token.number;
    if (p->token.kind != TN_TOKEN_NUMBER || value != floor(value) || value < least || value > most)
        return tn_complain(&p->lexer.complaint, p->token.at,
                           "%s must be a literal whole number from %u to %u", what, least, most);
    *out = (uint32_t)value;
    return advance(p);
}

static tn_status parse_action_call(parser *p, const tn_function *f, tn_expr *node) {
    TN_TRY(parse_action(p, f, &node->text, &node->name));
    switch (f->shape) {
    case TN_CALL_WINDOW:
        if (p->token.kind != TN_TOKEN_COMMA) return TN_OK;
        TN_TRY(advance(p));
        return parse_duration(p, f, node, &node->name_b);
    case TN_CALL_HALF_LIFE:
        if (p->token.kind != TN_TOKEN_COMMA)
            return wrong_call(p, f, p->token.at, "a half-life is expected");
        TN_TRY(advance(p));
        return parse_duration(p, f, node, &node->name_b);
    case TN_CALL_TWO_ACTIONS:
        if (p->token.kind != TN_TOKEN_COMMA)
            return wrong_call(p, f, p->token.at, "a second action is expected");
        TN_TRY(advance(p));
        return parse_action(p, f, &node->text_b, &node->name_b);
    default:
        return TN_OK;
    }
}

static tn_status parse_values(parser *p, const tn_function *f, tn_expr *node) {
    node_list list = {0};
    if (p->token.kind != TN_TOKEN_CLOSE) {
        for (;;) {
            tn_expr *argument = NULL;
            const size_t start = p->token.at.offset;
            TN_TRY(parse_at(p, PRECEDENCE_OR, &argument));
            if (f->most != 0 && list.count == f->most)
                return wrong_call(p, f, from(p, start), "too many arguments");
            TN_TRY(push(p, &list, argument));
            if (p->token.kind != TN_TOKEN_COMMA) break;
            TN_TRY(advance(p));
        }
    }
    if (list.count < f->least && p->token.kind == TN_TOKEN_CLOSE)
        return wrong_call(p, f, p->token.at, "too few arguments");
    node->children = list.items;
    node->child_count = list.count;
    return TN_OK;
}

static tn_status parse_one_value(parser *p, const tn_function *f, tn_expr *node) {
    if (p->token.kind == TN_TOKEN_CLOSE) return wrong_call(p, f, p->token.at, "too few arguments");
    node->children = tn_arena_array(p->arena, 1, sizeof(tn_expr *));
    if (node->children == NULL) return memory(p);
    TN_TRY(parse_at(p, PRECEDENCE_OR, &node->children[0]));
    node->child_count = 1;
    return TN_OK;
}

static tn_status parse_tile(parser *p, const tn_function *f, tn_expr *node) {
    TN_TRY(parse_one_value(p, f, node));
    if (p->token.kind == TN_TOKEN_CLOSE)
        return wrong_call(p, f, p->token.at, "a number of tiles is expected");
    TN_TRY(expect(p, TN_TOKEN_COMMA, "',' and a number of tiles"));
    return parse_whole(p, "the number of tiles", 2, TN_TILES_MAX, &node->as.count);
}

static tn_status parse_bucket(parser *p, tn_expr *node) {
    TN_TRY(parse_whole(p, "the number of buckets", 2, 1000000000, &node->as.count));
    if (p->token.kind != TN_TOKEN_COMMA) return TN_OK;
    TN_TRY(advance(p));
    if (p->token.kind != TN_TOKEN_TEXT) return expected(p, "a salt in quotes");
    return take_text(p, &node->text);
}

static tn_status parse_round(parser *p, const tn_function *f, tn_expr *node) {
    TN_TRY(parse_one_value(p, f, node));
    if (p->token.kind != TN_TOKEN_COMMA) return TN_OK;
    TN_TRY(advance(p));
    return parse_whole(p, "the number of decimals", 0, 9, &node->as.count);
}

static tn_status parse_arguments(parser *p, const tn_function *f, tn_expr *node) {
    switch (f->shape) {
    case TN_CALL_VALUES:
        return parse_values(p, f, node);
    case TN_CALL_TILE:
        return parse_tile(p, f, node);
    case TN_CALL_BUCKET:
        return parse_bucket(p, node);
    case TN_CALL_ROUND:
        return parse_round(p, f, node);
    default:
        return parse_action_call(p, f, node);
    }
}

/* The token is the parenthesis behind the name of a function. */
static tn_status parse_call(parser *p, tn_str name, tn_expr_position at, tn_expr **out) {
    const tn_function *f = tn_function_find(name);
    if (f == NULL) return tn_complain_function(&p->lexer.complaint, name, at);
    tn_expr *node = NULL;
    TN_TRY(enter(p));
    TN_TRY(make_node(p, f->kind, at, 0, &node));
    TN_TRY(advance(p));
    TN_TRY(parse_arguments(p, f, node));
    if (p->token.kind == TN_TOKEN_COMMA) return wrong_call(p, f, p->token.at, "too many arguments");
    TN_TRY(expect(p, TN_TOKEN_CLOSE, "',' or ')'"));
    leave(p);
    node->length = (uint32_t)(p->end - at.offset);
    *out = node;
    return TN_OK;
}

/* ---- Operands ---- */

static tn_status parse_date(parser *p, size_t start, tn_expr **out) {
    const tn_token token = p->token;
    tn_str text = {0};
    TN_TRY(take_text(p, &text));
    TN_TRY(make_node(p, TN_NODE_DATE, from(p, start), 0, out));
    if (tn_date_parse(text, &(*out)->as.date_days, NULL) != TN_OK)
        return tn_complain(&p->lexer.complaint, token.at,
                           "'%.*s' is no day of 1800 to 2200: write date '2026-01-31'",
                           tn_shown(text), text.data);
    return TN_OK;
}

static tn_status parse_name(parser *p, tn_expr **out) {
    const tn_str name = token_bytes(p);
    const tn_expr_position at = p->token.at;
    TN_TRY(advance(p));
    if (p->token.kind == TN_TOKEN_OPEN) return parse_call(p, name, at, out);
    if (p->token.kind == TN_TOKEN_TEXT && tn_str_is(name, "date"))
        return parse_date(p, at.offset, out);
    if (tn_has_capital(name) && tn_advice_on(name) != NULL)
        return tn_complain(&p->lexer.complaint, at, "unexpected '%.*s': %s", tn_shown(name),
                           name.data, tn_advice_on(name));
    tn_node_kind kind = TN_NODE_COLUMN;
    if (tn_str_is(name, "now")) kind = TN_NODE_NOW;
    if (tn_str_is(name, "joined")) kind = TN_NODE_JOINED;
    if (tn_str_is(name, "last_seen")) kind = TN_NODE_LAST_SEEN;
    TN_TRY(make_node(p, kind, at, 0, out));
    (*out)->name = at;
    return copy_str(p, name, &(*out)->text);
}

static tn_status parse_literal(parser *p, tn_expr **out) {
    const tn_token token = p->token;
    tn_node_kind kind = TN_NODE_BOOL;
    if (token.kind == TN_TOKEN_NUMBER) kind = TN_NODE_NUMBER;
    if (token.kind == TN_TOKEN_DURATION) kind = TN_NODE_DURATION;
    if (token.kind == TN_TOKEN_TEXT) kind = TN_NODE_TEXT;
    TN_TRY(make_node(p, kind, token.at, 0, out));
    tn_expr *node = *out;
    switch (kind) {
    case TN_NODE_TEXT:
        return take_text(p, &node->text);
    case TN_NODE_NUMBER:
        node->as.number = token.number;
        break;
    case TN_NODE_DURATION:
        node->as.duration_ms = token.number;
        node->months = token.months;
        node->plain_ms = token.plain_ms;
        break;
    default:
        node->as.boolean = token.kind == TN_TOKEN_TRUE;
        break;
    }
    return advance(p);
}

static tn_status parse_group(parser *p, tn_expr **out) {
    TN_TRY(enter(p));
    TN_TRY(advance(p));
    TN_TRY(parse_at(p, PRECEDENCE_OR, out));
    TN_TRY(expect(p, TN_TOKEN_CLOSE, "')'"));
    leave(p);
    return TN_OK;
}

static tn_status parse_prefix(parser *p, tn_node_kind kind, precedence inner, tn_expr **out) {
    const tn_expr_position at = p->token.at;
    tn_expr *node = NULL;
    TN_TRY(enter(p));
    TN_TRY(make_node(p, kind, at, 1, &node));
    TN_TRY(advance(p));
    TN_TRY(parse_at(p, inner, &node->children[0]));
    leave(p);
    node->length = (uint32_t)(p->end - at.offset);
    *out = node;
    return TN_OK;
}

static tn_status parse_operand(parser *p, precedence least, tn_expr **out) {
    switch (p->token.kind) {
    case TN_TOKEN_NUMBER:
    case TN_TOKEN_DURATION:
    case TN_TOKEN_TEXT:
    case TN_TOKEN_TRUE:
    case TN_TOKEN_FALSE:
        return parse_literal(p, out);
    case TN_TOKEN_NAME:
        return parse_name(p, out);
    case TN_TOKEN_OPEN:
        return parse_group(p, out);
    case TN_TOKEN_MINUS:
        return parse_prefix(p, TN_NODE_NEG, PRECEDENCE_UNARY, out);
    case TN_TOKEN_NOT:
        if (least > PRECEDENCE_NOT)
            return tn_complain(&p->lexer.complaint, p->token.at,
                               "'not' needs parentheses here: (not …)");
        return parse_prefix(p, TN_NODE_NOT, PRECEDENCE_NOT, out);
    case TN_TOKEN_PLUS:
        return tn_complain(&p->lexer.complaint, p->token.at, "there is no unary +: leave it out");
    case TN_TOKEN_NULL:
        return tn_complain(&p->lexer.complaint, p->token.at,
                           "there is no null literal: write 'x is null' or 'x is not null'");
    default:
        return expected(p, "a value");
    }
}

/* ---- Operators ---- */

typedef struct binary_operator {
    tn_token_kind token;
    tn_node_kind kind;
    precedence precedence;
} binary_operator;

static const binary_operator operators[] = {
    {TN_TOKEN_OR, TN_NODE_OR, PRECEDENCE_OR},
    {TN_TOKEN_AND, TN_NODE_AND, PRECEDENCE_AND},
    {TN_TOKEN_EQ, TN_NODE_EQ, PRECEDENCE_COMPARISON},
    {TN_TOKEN_NE, TN_NODE_NE, PRECEDENCE_COMPARISON},
    {TN_TOKEN_LT, TN_NODE_LT, PRECEDENCE_COMPARISON},
    {TN_TOKEN_LE, TN_NODE_LE, PRECEDENCE_COMPARISON},
    {TN_TOKEN_GT, TN_NODE_GT, PRECEDENCE_COMPARISON},
    {TN_TOKEN_GE, TN_NODE_GE, PRECEDENCE_COMPARISON},
    {TN_TOKEN_BETWEEN, TN_NODE_BETWEEN, PRECEDENCE_COMPARISON},
    {TN_TOKEN_IN, TN_NODE_IN, PRECEDENCE_COMPARISON},
    {TN_TOKEN_IS, TN_NODE_IS_NULL, PRECEDENCE_COMPARISON},
    {TN_TOKEN_PLUS, TN_NODE_ADD, PRECEDENCE_SUM},
    {TN_TOKEN_MINUS, TN_NODE_SUB, PRECEDENCE_SUM},
    {TN_TOKEN_STAR, TN_NODE_MUL, PRECEDENCE_PRODUCT},
    {TN_TOKEN_SLASH, TN_NODE_DIV, PRECEDENCE_PRODUCT},
};

static const binary_operator *operator_of(tn_token_kind token) {
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (operators[i].token == token) return &operators[i];
    return NULL;
}

static tn_status parse_between(parser *p, node_list *list) {
    tn_expr *bound = NULL;
    TN_TRY(parse_at(p, PRECEDENCE_SUM, &bound));
    TN_TRY(push(p, list, bound));
    TN_TRY(expect(p, TN_TOKEN_AND, "'and' of 'between … and …'"));
    TN_TRY(parse_at(p, PRECEDENCE_SUM, &bound));
    return push(p, list, bound);
}

static tn_status parse_in(parser *p, node_list *list) {
    if (p->token.kind != TN_TOKEN_OPEN)
        return expected(p, "a list in parentheses, as in ('a', 'b')");
    TN_TRY(enter(p));
    do {
        tn_expr *candidate = NULL;
        TN_TRY(advance(p));
        TN_TRY(parse_at(p, PRECEDENCE_OR, &candidate));
        TN_TRY(push(p, list, candidate));
    } while (p->token.kind == TN_TOKEN_COMMA);
    TN_TRY(expect(p, TN_TOKEN_CLOSE, "',' or ')'"));
    leave(p);
    return TN_OK;
}

static tn_status parse_is(parser *p, tn_node_kind *kind) {
    *kind = TN_NODE_IS_NULL;
    if (p->token.kind == TN_TOKEN_NOT) {
        *kind = TN_NODE_IS_NOT_NULL;
        TN_TRY(advance(p));
    }
    return expect(p, TN_TOKEN_NULL, "'null' (equality is written =)");
}

static tn_status refuse_chain(const parser *p) {
    const binary_operator *next = operator_of(p->token.kind);
    if (next == NULL || next->precedence != PRECEDENCE_COMPARISON) return TN_OK;
    return tn_complain(&p->lexer.complaint, p->token.at,
                       "comparisons do not chain: write 'x between a and b', join two with 'and', "
                       "or use parentheses");
}

static tn_status parse_right(parser *p, const binary_operator *op, node_list *list,
                             tn_node_kind *kind) {
    tn_expr *right = NULL;
    *kind = op->kind;
    switch (op->kind) {
    case TN_NODE_BETWEEN:
        return parse_between(p, list);
    case TN_NODE_IN:
        return parse_in(p, list);
    case TN_NODE_IS_NULL:
        return parse_is(p, kind);
    default:
        TN_TRY(parse_at(p, op->precedence + 1, &right));
        return push(p, list, right);
    }
}

static tn_status refuse_not_in(const parser *p, precedence least) {
    if (p->token.kind != TN_TOKEN_NOT || least > PRECEDENCE_COMPARISON) return TN_OK;
    return tn_complain(&p->lexer.complaint, p->token.at,
                       "'not' stands in front: write 'not x in (…)' or 'not x between a and b'");
}

static tn_status parse_at(parser *p, precedence least, tn_expr **out) {
    const size_t start = p->token.at.offset;
    tn_expr *left = NULL;
    TN_TRY(parse_operand(p, least, &left));
    for (;;) {
        TN_TRY(refuse_not_in(p, least));
        const binary_operator *op = operator_of(p->token.kind);
        if (op == NULL || op->precedence < least) break;
        node_list list = {0};
        tn_node_kind kind = op->kind;
        tn_expr *node = NULL;
        TN_TRY(make_node(p, op->kind, p->token.at, 0, &node));
        TN_TRY(push(p, &list, left));
        TN_TRY(advance(p));
        TN_TRY(parse_right(p, op, &list, &kind));
        if (op->precedence == PRECEDENCE_COMPARISON) TN_TRY(refuse_chain(p));
        node->kind = kind;
        node->offset = (uint32_t)start;
        node->length = (uint32_t)(p->end - start);
        node->children = list.items;
        node->child_count = list.count;
        left = node;
    }
    *out = left;
    return TN_OK;
}

/* ---- The whole ---- */

static tn_status check_text(tn_str text, const tn_complaint *complaint) {
    if (text.size > TN_EXPR_SIZE_MAX)
        return tn_complain(complaint, (tn_expr_position){.offset = TN_EXPR_SIZE_MAX, .length = 1},
                           "the expression is longer than %d bytes", TN_EXPR_SIZE_MAX);
    if (tn_utf8_valid(text)) return TN_OK;
    /* The longest valid beginning ends where the fault is. */
    size_t valid = 0;
    for (size_t end = 1; end <= text.size && end <= valid + 4; end++)
        if (tn_utf8_valid((tn_str){.data = text.data + valid, .size = end - valid})) valid = end;
    return tn_complain(complaint, (tn_expr_position){.offset = valid, .length = 1},
                       "the expression is not valid UTF-8");
}

static tn_status parse_whole_text(parser *p, tn_expr **out) {
    TN_TRY(advance(p));
    if (p->token.kind == TN_TOKEN_END)
        return tn_complain(&p->lexer.complaint, p->token.at, "the expression is empty");
    TN_TRY(parse_at(p, PRECEDENCE_OR, out));
    if (p->token.kind == TN_TOKEN_END) return TN_OK;
    if (p->token.kind == TN_TOKEN_CLOSE)
        return tn_complain(&p->lexer.complaint, p->token.at, "this ')' closes nothing");
    return expected(p, "an operator or the end");
}

tn_status tn_expr_parse(tn_arena *arena, tn_str text, tn_expr **out, tn_expr_position *where,
                        tn_error *error) {
    parser p = {.arena = arena,
                .lexer = {.text = text, .complaint = {.where = where, .error = error}}};
    tn_expr *tree = NULL;
    TN_TRY(check_text(text, &p.lexer.complaint));
    TN_TRY(parse_whole_text(&p, &tree));
    *out = tree;
    return TN_OK;
}
