/* The lexer. Every way of writing that people bring from other languages (==, &&, <>, "text",
 * 7days) is met with the way it is written here. */
#include "expr/lex.h"

#include "base/bytes.h"
#include "base/number.h"

#include <math.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The byte `ahead` places on; 0 past the end. */
static char peek(const tn_lexer *lexer, size_t ahead) {
    const size_t at = lexer->at + ahead;
    return at < lexer->text.size ? lexer->text.data[at] : '\0';
}

static tn_expr_position span(size_t from, size_t to) {
    return (tn_expr_position){.offset = from, .length = to - from};
}

/* ---- Numbers and durations ---- */

typedef struct tn_unit {
    const char *name;
    double ms;
    int32_t months;
} tn_unit;

static const tn_unit units[] = {
    {"s", 1e3, 0},       {"min", 6e4, 0},       {"h", 36e5, 0},         {"d", 864e5, 0},
    {"w", 7 * 864e5, 0}, {"mo", 30 * 864e5, 1}, {"y", 365 * 864e5, 12},
};

/* What people write for a unit, and the unit. */
static const char *const unit_words[][2] = {
    {"sec", "s"},      {"secs", "s"},      {"second", "s"}, {"seconds", "s"}, {"mins", "min"},
    {"minute", "min"}, {"minutes", "min"}, {"hr", "h"},     {"hrs", "h"},     {"hour", "h"},
    {"hours", "h"},    {"day", "d"},       {"days", "d"},   {"wk", "w"},      {"week", "w"},
    {"weeks", "w"},    {"mon", "mo"},      {"month", "mo"}, {"months", "mo"}, {"yr", "y"},
    {"yrs", "y"},      {"year", "y"},      {"years", "y"},  {"S", "s"},       {"H", "h"},
    {"D", "d"},        {"W", "w"},         {"Y", "y"},      {"MIN", "min"},   {"MO", "mo"},
};

static tn_status complain_unit(const tn_lexer *lexer, size_t start, tn_str digits, tn_str unit) {
    const tn_expr_position at = span(start, lexer->at);
    if (tn_str_is(unit, "m") || tn_str_is(unit, "M"))
        return tn_complain(&lexer->complaint, at,
                           "a bare 'm' could be minutes or months: write %.*smin or %.*smo",
                           tn_shown(digits), digits.data, tn_shown(digits), digits.data);
    for (size_t i = 0; i < sizeof unit_words / sizeof unit_words[0]; i++)
        if (tn_str_is(unit, unit_words[i][0]))
            return tn_complain(&lexer->complaint, at, "unknown unit '%.*s', did you mean %.*s%s?",
                               tn_shown(unit), unit.data, tn_shown(digits), digits.data,
                               unit_words[i][1]);
    return tn_complain(&lexer->complaint, at,
                       "unknown unit '%.*s'; durations are written 30s 15min 12h 7d 4w 3mo 1y",
                       tn_shown(unit), unit.data);
}

static tn_status make_duration(const tn_lexer *lexer, const tn_unit *unit, tn_token *out) {
    const double count = out->number;
    const double months = count * unit->months;
    out->kind = TN_TOKEN_DURATION;
    out->number = count * unit->ms;
    if (!(out->number <= TN_DURATION_MS_MAX))
        return tn_complain(&lexer->complaint, out->at, "a duration is at most 10000 years");
    if (unit->months != 0 && months != floor(months))
        return tn_complain(&lexer->complaint, out->at,
                           "a duration in mo or y is a whole number of months: write it in days");
    out->months = (int32_t)months;
    out->plain_ms = unit->months == 0 ? out->number : 0.0;
    return TN_OK;
}

/* Reads digits, a fraction and an exponent; false where a point is not followed by a digit. */
static bool skip_number(tn_lexer *lexer) {
    while (is_digit(peek(lexer, 0)))
        lexer->at++;
    if (peek(lexer, 0) == '.') {
        if (!is_digit(peek(lexer, 1))) return false;
        lexer->at++;
        while (is_digit(peek(lexer, 0)))
            lexer->at++;
    }
    if (peek(lexer, 0) == 'e' || peek(lexer, 0) == 'E') {
        const size_t sign = peek(lexer, 1) == '+' || peek(lexer, 1) == '-' ? 1 : 0;
        if (is_digit(peek(lexer, 1 + sign))) {
            lexer->at += 1 + sign;
            while (is_digit(peek(lexer, 0)))
                lexer->at++;
        }
    }
    return true;
}

static tn_status lex_unit(tn_lexer *lexer, size_t start, tn_token *out) {
    const tn_str digits = {.data = lexer->text.data + start, .size = lexer->at - start};
    const size_t unit_start = lexer->at;
    while (is_letter(peek(lexer, 0)))
        lexer->at++;
    const tn_str unit = {.data = lexer->text.data + unit_start, .size = lexer->at - unit_start};
    out->at = span(start, lexer->at);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!tn_str_is(unit, units[i].name)) continue;
        if (is_digit(peek(lexer, 0)))
            return tn_complain(&lexer->complaint, span(lexer->at, lexer->at + 1),
                               "a duration has one unit: write a sum, such as 1h + 30min");
        return make_duration(lexer, &units[i], out);
    }
    return complain_unit(lexer, start, digits, unit);
}

static tn_status lex_number(tn_lexer *lexer, tn_token *out) {
    const size_t start = lexer->at;
    if (!skip_number(lexer))
        return tn_complain(&lexer->complaint, span(lexer->at, lexer->at + 1),
                           "a digit must follow the point of a number");
    const tn_str digits = {.data = lexer->text.data + start, .size = lexer->at - start};
    out->kind = TN_TOKEN_NUMBER;
    out->at = span(start, lexer->at);
    if (!tn_parse_double(digits, &out->number))
        return tn_complain(&lexer->complaint, out->at, "the number is too large");
    if (is_letter(peek(lexer, 0))) return lex_unit(lexer, start, out);
    if (peek(lexer, 0) == '%') {
        lexer->at++;
        out->at.length++;
        out->number /= 100.0;
    }
    return TN_OK;
}

/* ---- Names and texts ---- */

static const struct {
    const char *word;
    tn_token_kind kind;
} keywords[] = {
    {"or", TN_TOKEN_OR},           {"and", TN_TOKEN_AND},   {"not", TN_TOKEN_NOT},
    {"between", TN_TOKEN_BETWEEN}, {"in", TN_TOKEN_IN},     {"is", TN_TOKEN_IS},
    {"null", TN_TOKEN_NULL},       {"true", TN_TOKEN_TRUE}, {"false", TN_TOKEN_FALSE},
};

static tn_status lex_name(tn_lexer *lexer, tn_token *out) {
    const size_t start = lexer->at;
    for (;;) {
        while (is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0)))
            lexer->at++;
        if (peek(lexer, 0) != '.') break;
        lexer->at++;
        if (!is_letter(peek(lexer, 0)))
            return tn_complain(&lexer->complaint, span(lexer->at - 1, lexer->at),
                               "a name must follow the point, as in score.engagement");
    }
    out->kind = TN_TOKEN_NAME;
    out->at = span(start, lexer->at);
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (tn_str_is(tn_token_bytes(lexer, out), keywords[i].word)) out->kind = keywords[i].kind;
    return TN_OK;
}

static tn_status lex_text(tn_lexer *lexer, tn_token *out) {
    const size_t start = lexer->at;
    lexer->at++;
    for (;;) {
        if (lexer->at >= lexer->text.size)
            return tn_complain(&lexer->complaint, span(start, start + 1),
                               "the text that starts here has no closing quote (a quote inside a "
                               "text is doubled: 'it''s')");
        if (peek(lexer, 0) != '\'') {
            lexer->at++;
        } else if (peek(lexer, 1) == '\'') {
            lexer->at += 2;
        } else {
            break;
        }
    }
    lexer->at++;
    out->kind = TN_TOKEN_TEXT;
    out->at = span(start, lexer->at);
    return TN_OK;
}

/* ---- Operators ---- */

static const struct {
    const char *sign;
    tn_token_kind kind;
} signs[] = {
    {"!=", TN_TOKEN_NE},   {"<=", TN_TOKEN_LE},   {">=", TN_TOKEN_GE},  {"=", TN_TOKEN_EQ},
    {"<", TN_TOKEN_LT},    {">", TN_TOKEN_GT},    {"+", TN_TOKEN_PLUS}, {"-", TN_TOKEN_MINUS},
    {"*", TN_TOKEN_STAR},  {"/", TN_TOKEN_SLASH}, {"(", TN_TOKEN_OPEN}, {")", TN_TOKEN_CLOSE},
    {",", TN_TOKEN_COMMA},
};

/* Signs of other languages, and what to write here. Longer ones first. */
static const char *const foreign_signs[][2] = {
    {"==", "equality is written ="},
    {"<>", "inequality is written !="},
    {"=<", "write <="},
    {"=>", "write >="},
    {"=~", "write contains(text, 'part') or starts_with(text, 'part')"},
    {"&&", "write 'and'"},
    {"||", "write 'or' (and join(a, b) to put texts together)"},
    {"**", "write pow(x, y)"},
    {"!", "write 'not'"},
    {"&", "write 'and'"},
    {"|", "write 'or'"},
    {"^", "write pow(x, y)"},
    {"\"", "text stands in single quotes: 'text'"},
    {"`", "text stands in straight single quotes: 'text'"},
    {"\u2018", "text stands in straight single quotes: 'text'"},
    {"\u2019", "text stands in straight single quotes: 'text'"},
    {"\u201c", "text stands in straight single quotes: 'text'"},
    {"\u201d", "text stands in straight single quotes: 'text'"},
    {"\u2264", "write <="},
    {"\u2265", "write >="},
    {"\u2260", "write !="},
    {"\u2212", "write -"},
    {"\u00d7", "write *"},
    {"\u00f7", "write /"},
    {"\u00a0", "this is a no-break space: write a plain blank"},
    {"%", "a percent sign follows its number directly, as in 10%"},
    {"?", "write if(condition, a, b)"},
    {".", "a number starts with a digit, as in 0.5"},
    {";", "an expression is one value: nothing may follow it"},
    {"[", "lists stand in round parentheses: x in (1, 2)"},
    {"{", "lists stand in round parentheses: x in (1, 2)"},
};

static bool starts_with(const tn_lexer *lexer, const char *sign) {
    const size_t size = strlen(sign);
    return lexer->text.size - lexer->at >= size &&
           memcmp(lexer->text.data + lexer->at, sign, size) == 0;
}

/* Bytes of the character that starts with `first`, in valid UTF-8. */
static size_t character_size(unsigned char first) {
    if (first < 0x80) return 1;
    if (first < 0xE0) return 2;
    return first < 0xF0 ? 3 : 4;
}

static tn_status complain_sign(const tn_lexer *lexer) {
    for (size_t i = 0; i < sizeof foreign_signs / sizeof foreign_signs[0]; i++) {
        const char *sign = foreign_signs[i][0];
        if (starts_with(lexer, sign))
            return tn_complain(&lexer->complaint, span(lexer->at, lexer->at + strlen(sign)),
                               "unexpected '%s': %s", sign, foreign_signs[i][1]);
    }
    const char *here = lexer->text.data + lexer->at;
    const size_t size = character_size((unsigned char)*here);
    const tn_expr_position at = span(lexer->at, lexer->at + size);
    if ((unsigned char)*here < 0x20 || *here == 0x7f)
        return tn_complain(&lexer->complaint, at, "unexpected control character 0x%02x",
                           (unsigned)(unsigned char)*here);
    if (size > 1)
        return tn_complain(&lexer->complaint, at,
                           "unexpected '%.*s': names are made of a-z, 0-9 and _; text stands in "
                           "single quotes",
                           (int)size, here);
    return tn_complain(&lexer->complaint, at, "unexpected '%c'", *here);
}

static bool is_foreign_pair(const tn_lexer *lexer) {
    static const char *const pairs[] = {"==", "<>", "=<", "=>", "=~", "**"};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (starts_with(lexer, pairs[i])) return true;
    return false;
}

static tn_status lex_sign(tn_lexer *lexer, tn_token *out) {
    if (is_foreign_pair(lexer)) return complain_sign(lexer);
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (!starts_with(lexer, signs[i].sign)) continue;
        const size_t start = lexer->at;
        lexer->at += strlen(signs[i].sign);
        out->kind = signs[i].kind;
        out->at = span(start, lexer->at);
        return TN_OK;
    }
    return complain_sign(lexer);
}

tn_status tn_lex_next(tn_lexer *lexer, tn_token *out) {
    tn_token token = {.kind = TN_TOKEN_END};
    while (lexer->at < lexer->text.size && is_blank(lexer->text.data[lexer->at]))
        lexer->at++;
    tn_status status = TN_OK;
    if (lexer->at >= lexer->text.size) {
        token.at = span(lexer->text.size, lexer->text.size);
    } else if (is_digit(peek(lexer, 0))) {
        status = lex_number(lexer, &token);
    } else if (is_letter(peek(lexer, 0))) {
        status = lex_name(lexer, &token);
    } else if (peek(lexer, 0) == '\'') {
        status = lex_text(lexer, &token);
    } else {
        status = lex_sign(lexer, &token);
    }
    if (status == TN_OK) *out = token;
    return status;
}

tn_str tn_token_bytes(const tn_lexer *lexer, const tn_token *token) {
    return (tn_str){.data = lexer->text.data + token->at.offset, .size = token->at.length};
}

size_t tn_token_text_size(const tn_lexer *lexer, const tn_token *token) {
    const tn_str bytes = tn_token_bytes(lexer, token);
    size_t quotes = 0;
    for (size_t i = 1; i + 1 < bytes.size; i++)
        quotes += bytes.data[i] == '\'';
    return bytes.size - 2 - quotes / 2;
}

void tn_token_text_copy(const tn_lexer *lexer, const tn_token *token, char *out) {
    const tn_str bytes = tn_token_bytes(lexer, token);
    for (size_t i = 1; i + 1 < bytes.size; i++) {
        *out++ = bytes.data[i];
        if (bytes.data[i] == '\'') i++;
    }
}
