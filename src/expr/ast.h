/* ast.h: what the parser and the check share: the table of functions, complaints, making nodes.
 *
 * Private to the expression language; everyone else includes expr.h. */
#ifndef TN_EXPR_AST_H
#define TN_EXPR_AST_H

#include "expr/expr.h"

/* What stands between the parentheses of a function. */
typedef enum tn_call_shape {
    TN_CALL_VALUES,      /* expressions */
    TN_CALL_ACTION,      /* the name of an action */
    TN_CALL_WINDOW,      /* the name of an action, perhaps a duration */
    TN_CALL_TWO_ACTIONS, /* the names of two actions */
    TN_CALL_HALF_LIFE,   /* the name of an action, a duration */
    TN_CALL_TILE,        /* an expression, a number of tiles */
    TN_CALL_BUCKET,      /* a number of buckets, perhaps a salt */
    TN_CALL_ROUND        /* an expression, perhaps a number of decimals */
} tn_call_shape;

typedef struct tn_function {
    const char *name;
    tn_node_kind kind;
    tn_call_shape shape;
    uint32_t least; /* of TN_CALL_VALUES: how many */
    uint32_t most;  /* 0: any number */
    const char *usage;
} tn_function;

/* NULL when there is none of that name. */
const tn_function *tn_function_find(tn_str name);
/* The names of all functions; *count of them. */
const char *const *tn_function_names(size_t *count);

/* Where a complaint goes: the position and the error of the caller, either may be NULL. */
typedef struct tn_complaint {
    tn_expr_position *where;
    tn_error *error;
} tn_complaint;

/* Fills both and returns TN_BAD_EXPRESSION. Control characters of the message become blanks. */
tn_status tn_complain(const tn_complaint *to, tn_expr_position at, const char *format, ...)
    TN_PRINTF(3, 4);
/* For "%.*s": the size of a text of the user's in a message, cut between characters. */
int tn_shown(tn_str text);
/* What to write for a word of another language (like, CASE) or of this one in other case (AND);
 * NULL when it is neither. */
const char *tn_advice_on(tn_str word);
bool tn_has_capital(tn_str name);
/* Refuses a function that does not exist, with the nearest one. */
tn_status tn_complain_function(const tn_complaint *to, tn_str name, tn_expr_position at);
tn_expr_position tn_position_of(const tn_expr *node);

/* A node without children, or NULL when memory is used up. */
tn_expr *tn_node_new(tn_arena *arena, tn_node_kind kind, tn_expr_position at);
/* The same with room for `count` children, which are NULL. */
tn_expr *tn_node_with(tn_arena *arena, tn_node_kind kind, tn_expr_position at, uint32_t count);

#endif
