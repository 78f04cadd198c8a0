/* synth_words.c: vocabularies. A base is of use to try a model only if the categories that the
 * model asks for occur in it, so its text is searched for `name = 'x'` and `name in ('x', 'y')`. */
#include "base/error.h"
#include "base/number.h"
#include "synth.h"

#include <ctype.h>
#include <stdio.h>

enum { WORDS_MAX = 48, FILLERS = 8 };

static bool is_name_character(char c) {
    return isalnum((unsigned char)c) != 0 || c == '_' || c == '.';
}

static void add_word(tn_synth_words *words, tn_str word) {
    if (word.size == 0 || word.size > 64 || words->count == WORDS_MAX) return;
    for (size_t i = 0; i < words->count; i++) {
        if (tn_str_equal(words->list[i], word)) return;
    }
    words->list[words->count++] = word;
}

/* A scan over the model's text. */
typedef struct cursor {
    const char *at, *end;
} cursor;

static void skip(cursor *c, const char *set) {
    while (c->at < c->end && strchr(set, *c->at) != NULL && *c->at != '\0')
        c->at++;
}

static bool take(cursor *c, const char *text) {
    const size_t size = strlen(text);
    if ((size_t)(c->end - c->at) < size || memcmp(c->at, text, size) != 0) return false;
    c->at += size;
    return true;
}

static bool take_literal(cursor *c, tn_synth_words *words) {
    skip(c, " \n");
    if (!take(c, "'")) return false;
    const char *start = c->at;
    while (c->at < c->end && *c->at != '\'' && *c->at != '\n')
        c->at++;
    if (c->at == c->end || *c->at != '\'') return false;
    add_word(words, (tn_str){start, (size_t)(c->at - start)});
    c->at++;
    return true;
}

/* What follows a name: a comparison with one literal or with a list. */
static void take_comparison(cursor c, tn_synth_words *words) {
    skip(&c, " )\n");
    if (take(&c, "!=") || take(&c, "=")) {
        take_literal(&c, words);
        return;
    }
    if (!take(&c, "in")) return;
    skip(&c, " \n");
    if (!take(&c, "(")) return;
    while (take_literal(&c, words)) {
        skip(&c, " \n");
        if (!take(&c, ",")) break;
    }
}

static void add_compared(tn_synth_words *words, tn_str name, tn_str text) {
    if (name.size == 0) return;
    const char *end = text.data + text.size;
    const char *at = text.data;
    while ((at = memmem(at, (size_t)(end - at), name.data, name.size)) != NULL) {
        const char *behind = at + name.size;
        const bool starts = at == text.data || !is_name_character(at[-1]);
        if (starts && (behind == end || !is_name_character(*behind)))
            take_comparison((cursor){behind, end}, words);
        at = behind;
    }
}

/* The number behind a comparison operator, or 0. */
static double compared_number(cursor c) {
    char digits[32];
    size_t size = 0;
    double value = 0;
    skip(&c, " )\n");
    if (c.at == c.end || strchr("<>=", *c.at) == NULL) return 0;
    skip(&c, "<>= ");
    while (c.at < c.end && size + 1 < sizeof digits && strchr("0123456789.", *c.at) != NULL)
        digits[size++] = *c.at++;
    return tn_parse_double((tn_str){digits, size}, &value) ? value : 0;
}

double tn_synth_largest_compared(tn_str name, tn_str text) {
    const char *end = text.data + text.size;
    const char *at = text.data;
    double largest = 0;
    while ((at = memmem(at, (size_t)(end - at), name.data, name.size)) != NULL) {
        const double number = compared_number((cursor){at + name.size, end});
        if (number > largest) largest = number;
        at += name.size;
    }
    return largest;
}

/* Usual values, for names that have one of the words. */
static const struct {
    const char *names;
    const char *values; /* blanks between */
} usual[] = {
    {"country nation market", "DE FR GB US IT ES NL PL AT CH SE IR SA JP BR"},
    {"city town", "Berlin Paris London Rome Madrid Vienna Zürich Malmö Tehran Osaka"},
    {"region state province", "north south east west centre"},
    {"channel source medium campaign", "search social email referral direct display affiliate"},
    {"gender sex", "female male other"},
    {"interest hobby taste", "sport cooking travel music garden technology reading"},
    {"category department aisle", "fresh grocery drinks home beauty books toys"},
    {"device platform browser", "mobile desktop tablet"},
    {"language locale", "de en fr it es fa"},
    {"plan tariff tier", "basic plus premium"},
    {"payment", "card invoice paypal transfer"},
    {"industry sector", "retail finance health education logistics"},
    {"occupation job profession", "clerk engineer teacher nurse student retired"},
};

static void add_usual(tn_synth_words *words, tn_str name) {
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        if (!tn_synth_name_has(name, usual[i].names)) continue;
        for (const char *value = usual[i].values; *value != '\0';) {
            const size_t size = strcspn(value, " ");
            add_word(words, (tn_str){value, size});
            value += size + (value[size] == ' ');
        }
        return;
    }
}

static tn_status add_fillers(tn_synth_words *words, tn_str name, tn_arena *arena, tn_error *error) {
    for (int i = 1; i <= FILLERS; i++) {
        char text[96];
        const int size = snprintf(text, sizeof text, "%.*s %d",
                                  (int)(name.size < 64 ? name.size : 64), name.data, i);
        const char *copy = tn_arena_copy(arena, text, (size_t)size);
        if (copy == NULL) return tn_fail_memory(error);
        add_word(words, (tn_str){copy, (size_t)size});
    }
    return TN_OK;
}

tn_status tn_synth_words_init(tn_synth_words *words, tn_str name, tn_str model_text,
                              tn_arena *arena, tn_error *error) {
    *words = (tn_synth_words){0};
    words->list = tn_arena_array(arena, WORDS_MAX, sizeof *words->list);
    if (words->list == NULL) return tn_fail_memory(error);
    add_compared(words, name, model_text);
    add_usual(words, name);
    return words->count > 1 ? TN_OK : add_fillers(words, name, arena, error);
}

/* Zipf's law in whole numbers: word k weighs 1/(k + 2). */
tn_str tn_synth_words_draw(const tn_synth_words *words, tn_rng *rng) {
    uint64_t total = 0;
    for (size_t k = 0; k < words->count; k++)
        total += 1000000u / (k + 2);
    uint64_t left = tn_rng_below(rng, total);
    for (size_t k = 0; k < words->count; k++) {
        const uint64_t weight = 1000000u / (k + 2);
        if (left < weight) return words->list[k];
        left -= weight;
    }
    return words->list[0];
}
