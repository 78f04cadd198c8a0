/* expr.h: the expression language of SPEC 4 up to a typed tree.
 *
 * Parsing knows the syntax only; checking gives every node a type with the help of a scope, which
 * knows the names. A tree lives in the arena that it was parsed into and is immutable once checked.
 * Lowering to a program is in lower.h. Errors carry the byte offset into the expression's text. */
#ifndef TN_EXPR_EXPR_H
#define TN_EXPR_EXPR_H

#include "base/arena.h"
#include "base/calendar.h"

#include <tenure/status.h>
#include <tenure/types.h>

/* What a node is. Binary and unary operators and functions have their arguments as children. */
typedef enum tn_node_kind {
    TN_NODE_NUMBER, /* literal: as.number; 10% is 0.1. NaN: a null of the node's type, which is how
                     * check writes what an undeclared action gives (tn_expr_is_null_literal) */
    TN_NODE_BOOL,   /* literal: as.boolean */
    TN_NODE_TEXT,   /* literal: text; of type LEVEL after check: as.count is its rank */
    TN_NODE_DURATION, /* literal, or (after check) a sum, difference, negation or whole multiple of
                       * literals: as.duration_ms in all, months and plain_ms its parts */
    TN_NODE_DATE,     /* literal: as.date_days */
    TN_NODE_COLUMN,   /* a name: attribute, derived column or event field; `column` */
    TN_NODE_NOW,
    TN_NODE_JOINED,
    TN_NODE_LAST_SEEN,
    TN_NODE_COUNT, /* of an action: `action` */
    TN_NODE_SUM,
    TN_NODE_MEAN,
    TN_NODE_FIRST,
    TN_NODE_LAST,
    TN_NODE_LAST_VALUE,
    TN_NODE_DECAYED, /* `action`, as.duration_ms the half-life */
    TN_NODE_AFTER,   /* `action`, `action_b` */
    TN_NODE_TILE,    /* child 0; as.count = n */
    TN_NODE_BUCKET,  /* as.count = n, text = salt (empty without) */
    TN_NODE_OR,
    TN_NODE_AND,
    TN_NODE_NOT,
    TN_NODE_EQ,
    TN_NODE_NE,
    TN_NODE_LT,
    TN_NODE_LE,
    TN_NODE_GT,
    TN_NODE_GE,
    TN_NODE_BETWEEN, /* x, low, high; both ends included */
    TN_NODE_IN,      /* x, candidate… */
    TN_NODE_IS_NULL,
    TN_NODE_IS_NOT_NULL,
    TN_NODE_ADD,
    TN_NODE_SUB,
    TN_NODE_MUL,
    TN_NODE_DIV,
    TN_NODE_NEG,
    TN_NODE_IF,       /* condition, a, b */
    TN_NODE_COALESCE, /* two or more */
    TN_NODE_MIN,      /* two or more */
    TN_NODE_MAX,
    TN_NODE_ABS,
    TN_NODE_FLOOR,
    TN_NODE_CEIL,
    TN_NODE_ROUND, /* half away from zero; child 0; as.count = decimals, 0 to 9 */
    TN_NODE_LOG,
    TN_NODE_EXP,
    TN_NODE_SQRT,
    TN_NODE_POW,
    TN_NODE_LOWER,
    TN_NODE_CONTAINS,
    TN_NODE_STARTS_WITH,
    TN_NODE_JOIN, /* two or more texts, one after the other */
    TN_NODE_DAYS_SINCE,
    TN_NODE_DAYS_UNTIL,
    TN_NODE_DAYS_TO_ANNIVERSARY,
    TN_NODE_DAYS,       /* of a duration, as a number of days */
    TN_NODE_TO_TIME,    /* inserted by check: a date where a time is met, its first instant */
    TN_NODE_LEVEL_TEXT, /* inserted by check: a level where a text is met */
    TN_NODE_KIND_COUNT
} tn_node_kind;

/* The declared names of a level type, in ascending order; those from `ladder_count` on are off the
 * ladder (exits): equal to themselves, false in every comparison by order. */
typedef struct tn_levels {
    const tn_str *names;
    size_t count;
    size_t ladder_count;
} tn_levels;

/* A place in an expression's text, in bytes: where it was refused. */
typedef struct tn_expr_position {
    size_t offset;
    size_t length;
} tn_expr_position;

typedef struct tn_expr tn_expr;
struct tn_expr {
    tn_node_kind kind;
    tn_type type;            /* after check */
    const tn_levels *levels; /* type LEVEL: whose */
    uint32_t offset;         /* of the node in the source, bytes */
    uint32_t length;
    union {
        double number;
        bool boolean;
        double duration_ms;
        int32_t date_days;
        uint32_t count;
    } as;
    int32_t months;  /* of a duration literal: its calendar part (mo, y); 0 otherwise. duration_ms
                      * then holds 30 d and 365 d equivalents */
    double plain_ms; /* of a duration literal: what is no calendar part */
    tn_str text;     /* literal, or the name of a column or first action as written */
    tn_str text_b;   /* of AFTER: the name of the second action as written */
    tn_expr_position name;   /* of a column's or the first action's name in the source */
    tn_expr_position name_b; /* of the second action's name, or of a window's duration */
    uint32_t column;         /* COLUMN: the scope's number for it */
    uint32_t action;         /* the scope's number of the (first) action */
    uint32_t action_b;       /* of AFTER */
    tn_expr **children;
    uint32_t child_count;
};

/* What a name means. */
typedef struct tn_scope_column {
    tn_type type;
    const tn_levels *levels; /* of a LEVEL */
    uint32_t column;         /* a number that means something to the scope's owner */
} tn_scope_column;
typedef struct tn_scope_action {
    uint32_t action;
    bool has_value; /* sum, mean and last_value need one */
} tn_scope_action;

/* The names that an expression may use. Look-ups return false for an unknown name. `column_names`
 * and `action_names` serve messages ("did you mean"). A NULL `find_action` (event expressions)
 * refuses action functions, now, joined, last_seen, tile and bucket. */
typedef struct tn_scope {
    void *context;
    bool (*find_column)(void *context, tn_str name, tn_scope_column *out);
    bool (*find_action)(void *context, tn_str name, tn_scope_action *out);
    const char *const *column_names;
    size_t column_name_count;
    const char *const *action_names;
    size_t action_name_count;
    bool unknown_actions_are_zero; /* presets: an undeclared action never happened: its functions
                                    * become the literals 0, false, and null (see TN_NODE_NUMBER) */
} tn_scope;

/* Reads `text` (UTF-8) into a tree; nothing of `text` is borrowed. On failure (TN_BAD_EXPRESSION,
 * TN_OUT_OF_MEMORY) `error->message` says what was expected, and `*where` (may be NULL) the place.
 * Limits: TN_EXPR_SIZE_MAX; TN_EXPR_NODES_MAX literals, names, operators and calls;
 * TN_EXPR_DEPTH_MAX for what nests: parentheses, calls, lists, `not` and unary minus (a chain of
 * operators of one precedence does not). */
tn_status tn_expr_parse(tn_arena *arena, tn_str text, tn_expr **out, tn_expr_position *where,
                        tn_error *error) TN_MUST_CHECK;

/* Calls visit for every column name (is_action false) and action name in a parsed tree. */
typedef void tn_expr_visit(void *context, tn_str name, bool is_action, const tn_expr *node);
void tn_expr_names(const tn_expr *expr, tn_expr_visit *visit, void *context);

/* Types a parsed tree in place; once, for the tree changes. */
tn_status tn_expr_check(tn_arena *arena, tn_expr *expr, const tn_scope *scope,
                        tn_expr_position *where, tn_error *error) TN_MUST_CHECK;

/* The same, and the result must have this type; `role` ("a segment", "points") starts the message.
 */
tn_status tn_expr_check_as(tn_arena *arena, tn_expr *expr, const tn_scope *scope, tn_type want,
                           const char *role, tn_expr_position *where,
                           tn_error *error) TN_MUST_CHECK;

/* "number", "bool", "text", "level", "time", "duration", "date". */
const char *tn_type_name(tn_type type);
/* A null of some type: how check writes `last(unknown)` with unknown_actions_are_zero. */
bool tn_expr_is_null_literal(const tn_expr *expr);
/* A word that the language keeps for itself, so that nothing of a model may be called so: or and
 * not between in is null true false now joined last_seen. */
bool tn_expr_is_reserved(tn_str name);
/* "count", "+", "between", "number": the word of the language for a kind; a static string. */
const char *tn_node_word(tn_node_kind kind);
/* For an expression that stands alone (a query, --where): sets line and column of a filled error
 * and appends the line of the source and a caret to its detail. `error` may be NULL. */
void tn_expr_point(tn_str source, tn_expr_position where, tn_error *error);

#endif
