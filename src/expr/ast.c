/* Trees: the words of the language, complaints about it, and what walks a tree without types. */
#include "expr/ast.h"

#include "base/bytes.h"
#include "base/error.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static const tn_function functions[] = {
    {"count", TN_NODE_COUNT, TN_CALL_WINDOW, 1, 1, "count(action)"},
    {"sum", TN_NODE_SUM, TN_CALL_WINDOW, 1, 1, "sum(action)"},
    {"mean", TN_NODE_MEAN, TN_CALL_ACTION, 1, 1, "mean(action)"},
    {"first", TN_NODE_FIRST, TN_CALL_ACTION, 1, 1, "first(action)"},
    {"last", TN_NODE_LAST, TN_CALL_ACTION, 1, 1, "last(action)"},
    {"last_value", TN_NODE_LAST_VALUE, TN_CALL_ACTION, 1, 1, "last_value(action)"},
    {"decayed", TN_NODE_DECAYED, TN_CALL_HALF_LIFE, 2, 2, "decayed(action, 90d)"},
    {"after", TN_NODE_AFTER, TN_CALL_TWO_ACTIONS, 2, 2, "after(action, other_action)"},
    {"tile", TN_NODE_TILE, TN_CALL_TILE, 2, 2, "tile(x, 10)"},
    {"bucket", TN_NODE_BUCKET, TN_CALL_BUCKET, 1, 2, "bucket(100) or bucket(100, 'salt')"},
    {"if", TN_NODE_IF, TN_CALL_VALUES, 3, 3, "if(condition, a, b)"},
    {"coalesce", TN_NODE_COALESCE, TN_CALL_VALUES, 2, 0, "coalesce(x, instead)"},
    {"min", TN_NODE_MIN, TN_CALL_VALUES, 2, 0, "min(a, b)"},
    {"max", TN_NODE_MAX, TN_CALL_VALUES, 2, 0, "max(a, b)"},
    {"abs", TN_NODE_ABS, TN_CALL_VALUES, 1, 1, "abs(x)"},
    {"floor", TN_NODE_FLOOR, TN_CALL_VALUES, 1, 1, "floor(x)"},
    {"ceil", TN_NODE_CEIL, TN_CALL_VALUES, 1, 1, "ceil(x)"},
    {"round", TN_NODE_ROUND, TN_CALL_ROUND, 1, 2, "round(x) or round(x, 2)"},
    {"log", TN_NODE_LOG, TN_CALL_VALUES, 1, 1, "log(x)"},
    {"exp", TN_NODE_EXP, TN_CALL_VALUES, 1, 1, "exp(x)"},
    {"sqrt", TN_NODE_SQRT, TN_CALL_VALUES, 1, 1, "sqrt(x)"},
    {"pow", TN_NODE_POW, TN_CALL_VALUES, 2, 2, "pow(x, y)"},
    {"lower", TN_NODE_LOWER, TN_CALL_VALUES, 1, 1, "lower(text)"},
    {"contains", TN_NODE_CONTAINS, TN_CALL_VALUES, 2, 2, "contains(text, 'part')"},
    {"starts_with", TN_NODE_STARTS_WITH, TN_CALL_VALUES, 2, 2, "starts_with(text, 'part')"},
    {"join", TN_NODE_JOIN, TN_CALL_VALUES, 2, 0, "join(text, text)"},
    {"days_since", TN_NODE_DAYS_SINCE, TN_CALL_VALUES, 1, 1, "days_since(time)"},
    {"days_until", TN_NODE_DAYS_UNTIL, TN_CALL_VALUES, 1, 1, "days_until(time)"},
    {"days_to_anniversary", TN_NODE_DAYS_TO_ANNIVERSARY, TN_CALL_VALUES, 1, 1,
     "days_to_anniversary(date)"},
    {"days", TN_NODE_DAYS, TN_CALL_VALUES, 1, 1, "days(duration)"},
};
enum { FUNCTION_COUNT = sizeof functions / sizeof functions[0] };

static const char *const function_names[FUNCTION_COUNT] = {
    "count",
    "sum",
    "mean",
    "first",
    "last",
    "last_value",
    "decayed",
    "after",
    "tile",
    "bucket",
    "if",
    "coalesce",
    "min",
    "max",
    "abs",
    "floor",
    "ceil",
    "round",
    "log",
    "exp",
    "sqrt",
    "pow",
    "lower",
    "contains",
    "starts_with",
    "join",
    "days_since",
    "days_until",
    "days_to_anniversary",
    "days",
};

/* The words of the kinds that are no functions. */
static const char *const words[TN_NODE_KIND_COUNT] = {
    [TN_NODE_NUMBER] = "number",
    [TN_NODE_BOOL] = "bool",
    [TN_NODE_TEXT] = "text",
    [TN_NODE_DURATION] = "duration",
    [TN_NODE_DATE] = "date",
    [TN_NODE_COLUMN] = "name",
    [TN_NODE_NOW] = "now",
    [TN_NODE_JOINED] = "joined",
    [TN_NODE_LAST_SEEN] = "last_seen",
    [TN_NODE_OR] = "or",
    [TN_NODE_AND] = "and",
    [TN_NODE_NOT] = "not",
    [TN_NODE_EQ] = "=",
    [TN_NODE_NE] = "!=",
    [TN_NODE_LT] = "<",
    [TN_NODE_LE] = "<=",
    [TN_NODE_GT] = ">",
    [TN_NODE_GE] = ">=",
    [TN_NODE_BETWEEN] = "between",
    [TN_NODE_IN] = "in",
    [TN_NODE_IS_NULL] = "is null",
    [TN_NODE_IS_NOT_NULL] = "is not null",
    [TN_NODE_ADD] = "+",
    [TN_NODE_SUB] = "-",
    [TN_NODE_MUL] = "*",
    [TN_NODE_DIV] = "/",
    [TN_NODE_NEG] = "unary -",
    [TN_NODE_TO_TIME] = "date to time",
    [TN_NODE_LEVEL_TEXT] = "level to text",
};

const tn_function *tn_function_find(tn_str name) {
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        if (tn_str_is(name, functions[i].name)) return &functions[i];
    return NULL;
}

const char *const *tn_function_names(size_t *count) {
    *count = FUNCTION_COUNT;
    return function_names;
}

const char *tn_node_word(tn_node_kind kind) {
    if ((unsigned)kind < TN_NODE_KIND_COUNT && words[kind] != NULL) return words[kind];
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        if (functions[i].kind == kind) return functions[i].name;
    return "";
}

const char *tn_type_name(tn_type type) {
    static const char *const names[] = {
        [TN_TYPE_NUMBER] = "number", [TN_TYPE_BOOL] = "bool", [TN_TYPE_TEXT] = "text",
        [TN_TYPE_LEVEL] = "level",   [TN_TYPE_TIME] = "time", [TN_TYPE_DURATION] = "duration",
        [TN_TYPE_DATE] = "date",
    };
    return names[type];
}

bool tn_expr_is_null_literal(const tn_expr *expr) {
    return expr->kind == TN_NODE_NUMBER && isnan(expr->as.number);
}

bool tn_expr_is_reserved(tn_str name) {
    static const char *const reserved[] = {"or",    "and", "not",    "between",
                                           "in",    "is",  "null",   "true",
                                           "false", "now", "joined", "last_seen"};
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (tn_str_is(name, reserved[i])) return true;
    return false;
}

void tn_expr_names(const tn_expr *expr, tn_expr_visit *visit, void *context) {
    switch (expr->kind) {
    case TN_NODE_COLUMN:
        visit(context, expr->text, false, expr);
        break;
    case TN_NODE_AFTER:
        visit(context, expr->text, true, expr);
        visit(context, expr->text_b, true, expr);
        break;
    case TN_NODE_COUNT:
    case TN_NODE_SUM:
    case TN_NODE_MEAN:
    case TN_NODE_FIRST:
    case TN_NODE_LAST:
    case TN_NODE_LAST_VALUE:
    case TN_NODE_DECAYED:
        visit(context, expr->text, true, expr);
        break;
    default:
        break;
    }
    for (uint32_t i = 0; i < expr->child_count; i++)
        tn_expr_names(expr->children[i], visit, context);
}

tn_status tn_complain(const tn_complaint *to, tn_expr_position at, const char *format, ...) {
    char message[TN_ERROR_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    for (char *c = message; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = ' ';
    if (to->where != NULL) *to->where = at;
    return tn_fail(to->error, TN_BAD_EXPRESSION, "%s", message);
}

int tn_shown(tn_str text) {
    const size_t most = 64;
    if (text.size <= most) return (int)text.size;
    size_t size = most;
    while (size > 0 && ((unsigned char)text.data[size] & 0xC0) == 0x80)
        size--;
    return (int)size;
}

tn_expr_position tn_position_of(const tn_expr *node) {
    return (tn_expr_position){.offset = node->offset, .length = node->length};
}

tn_expr *tn_node_new(tn_arena *arena, tn_node_kind kind, tn_expr_position at) {
    tn_expr *node = tn_arena_alloc(arena, sizeof *node);
    if (node == NULL) return NULL;
    node->kind = kind;
    node->offset = (uint32_t)at.offset;
    node->length = (uint32_t)at.length;
    return node;
}

tn_expr *tn_node_with(tn_arena *arena, tn_node_kind kind, tn_expr_position at, uint32_t count) {
    tn_expr *node = tn_node_new(arena, kind, at);
    if (node == NULL) return NULL;
    node->children = tn_arena_array(arena, count, sizeof(tn_expr *));
    if (node->children == NULL) return NULL;
    node->child_count = count;
    return node;
}

/* Columns count characters, and tabs stay tabs below a tab, so that the caret stands right. */
void tn_expr_point(tn_str source, tn_expr_position where, tn_error *error) {
    if (error == NULL) return;
    const size_t at = where.offset < source.size ? where.offset : source.size;
    size_t start = at;
    while (start > 0 && source.data[start - 1] != '\n')
        start--;
    size_t end = at;
    while (end < source.size && source.data[end] != '\n')
        end++;
    size_t line = 1;
    for (size_t i = 0; i < start; i++)
        line += source.data[i] == '\n';
    const tn_str before = {.data = source.data + start, .size = at - start};
    tn_error_locate(error, NULL, line, tn_utf8_count(before) + 1);
    tn_error_detail(error, "%.*s\n", (int)(end - start), source.data + start);
    for (size_t i = start; i < at; i++) {
        const char c = source.data[i];
        if (((unsigned char)c & 0xC0) != 0x80) tn_error_detail(error, "%c", c == '\t' ? '\t' : ' ');
    }
    tn_error_detail(error, "^");
}
