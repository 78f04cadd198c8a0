/* lex.h: the words of an expression, one at a time, with their places.
 *
 * Private to the expression language. A lexer borrows its text, allocates nothing and can be copied
 * to look ahead. */
#ifndef TN_EXPR_LEX_H
#define TN_EXPR_LEX_H

#include "expr/ast.h"

typedef enum tn_token_kind {
    TN_TOKEN_END,
    TN_TOKEN_NUMBER,   /* number */
    TN_TOKEN_DURATION, /* number in ms, months, plain_ms */
    TN_TOKEN_TEXT,     /* with its quotes */
    TN_TOKEN_NAME,     /* perhaps dotted */
    TN_TOKEN_OR,
    TN_TOKEN_AND,
    TN_TOKEN_NOT,
    TN_TOKEN_BETWEEN,
    TN_TOKEN_IN,
    TN_TOKEN_IS,
    TN_TOKEN_NULL,
    TN_TOKEN_TRUE,
    TN_TOKEN_FALSE,
    TN_TOKEN_EQ,
    TN_TOKEN_NE,
    TN_TOKEN_LT,
    TN_TOKEN_LE,
    TN_TOKEN_GT,
    TN_TOKEN_GE,
    TN_TOKEN_PLUS,
    TN_TOKEN_MINUS,
    TN_TOKEN_STAR,
    TN_TOKEN_SLASH,
    TN_TOKEN_OPEN,
    TN_TOKEN_CLOSE,
    TN_TOKEN_COMMA
} tn_token_kind;

typedef struct tn_token {
    tn_token_kind kind;
    tn_expr_position at;
    double number;   /* NUMBER: its value (10% is 0.1); DURATION: ms, 30 d a month, 365 d a year */
    int32_t months;  /* DURATION: its calendar part */
    double plain_ms; /* DURATION: the rest */
} tn_token;

typedef struct tn_lexer {
    tn_str text; /* valid UTF-8 */
    size_t at;   /* bytes already read */
    tn_complaint complaint;
} tn_lexer;

/* The next word, TN_TOKEN_END for ever at the end. */
tn_status tn_lex_next(tn_lexer *lexer, tn_token *out) TN_MUST_CHECK;
/* The bytes of a word. */
tn_str tn_token_bytes(const tn_lexer *lexer, const tn_token *token);
/* The size of a TEXT without its quotes and with doubled quotes single. */
size_t tn_token_text_size(const tn_lexer *lexer, const tn_token *token);
/* Writes that text. */
void tn_token_text_copy(const tn_lexer *lexer, const tn_token *token, char *out);

/* The longest duration in either direction: 10,000 years. */
#define TN_DURATION_MS_MAX (3650000.0 * 86400000.0)

#endif
