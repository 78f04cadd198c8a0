/* What people bring from other languages, and what to write here. */
#include "expr/ast.h"

#include "base/bytes.h"
#include "base/error.h"

static bool equal_but_for_case(tn_str a, const char *word) {
    if (a.size != strlen(word)) return false;
    for (size_t i = 0; i < a.size; i++) {
        const char c = a.data[i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c + 32) : c) != word[i]) return false;
    }
    return true;
}

bool tn_has_capital(tn_str name) {
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] >= 'A' && name.data[i] <= 'Z') return true;
    return false;
}

const char *tn_advice_on(tn_str word) {
    static const char *const advice[][2] = {
        {"and", "words are lower case: write 'and'"},
        {"or", "words are lower case: write 'or'"},
        {"not", "words are lower case: write 'not'"},
        {"between", "words are lower case: write 'between'"},
        {"in", "words are lower case: write 'in'"},
        {"is", "words are lower case: write 'is'"},
        {"true", "words are lower case: write 'true'"},
        {"false", "words are lower case: write 'false'"},
        {"null", "there is no null literal: write 'x is null'"},
        {"like", "write contains(text, 'part') or starts_with(text, 'part')"},
        {"ilike", "write contains(lower(text), 'part')"},
        {"case", "write if(condition, a, b)"},
        {"when", "write if(condition, a, b)"},
        {"then", "write if(condition, a, b)"},
        {"else", "write if(condition, a, b)"},
        {"interval", "durations are written 30s 15min 12h 7d 4w 3mo 1y"},
        {"xor", "write a != b"},
        {"mod", "there is no remainder; bucket(n) splits customers at random"},
        {"div", "write floor(a / b)"},
    };
    for (size_t i = 0; i < sizeof advice / sizeof advice[0]; i++)
        if (equal_but_for_case(word, advice[i][0])) return advice[i][1];
    return NULL;
}

tn_status tn_complain_function(const tn_complaint *to, tn_str name, tn_expr_position at) {
    size_t count = 0;
    const char *const *names = tn_function_names(&count);
    const char *advice = tn_advice_on(name);
    if (advice != NULL)
        return tn_complain(to, at, "unexpected '%.*s': %s", tn_shown(name), name.data, advice);
    for (size_t i = 0; i < count; i++)
        if (equal_but_for_case(name, names[i]))
            return tn_complain(to, at, "words are lower case: write '%s'", names[i]);
    const int near = tn_nearest_name(name.data, name.size, names, count);
    if (near >= 0)
        return tn_complain(to, at, "unknown function '%.*s', did you mean '%s'?", tn_shown(name),
                           name.data, names[near]);
    return tn_complain(to, at,
                       "unknown function '%.*s'; functions are count sum mean first last "
                       "last_value decayed after tile bucket if coalesce min max abs floor ceil "
                       "round log exp sqrt pow lower contains starts_with join days_since "
                       "days_until days_to_anniversary days",
                       tn_shown(name), name.data);
}
