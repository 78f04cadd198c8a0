/* generate_words.h: the small change of model_generate*.c. */
#ifndef TESTS_SUPPORT_GENERATE_WORDS_H
#define TESTS_SUPPORT_GENERATE_WORDS_H

#include "support/model_generate.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static inline uint64_t below(model_generator *g, uint64_t bound) {
    return tn_rng_below(g->rng, bound);
}
static inline bool chance(model_generator *g, uint64_t in) {
    return below(g, in) == 0;
}
static inline const char *one_of(model_generator *g, const char *const *names, size_t count) {
    return names[below(g, count)];
}
#define ONE_OF(g, array) one_of(g, array, COUNT_OF(array))

static inline void put(tn_buffer *out, const char *text) {
    tn_buffer_append_str(out, text);
}

/* An action's name; a half-life. */
const char *generate_action(model_generator *g);
const char *generate_half_life(model_generator *g);
/* Append an expression of a type. */
void generate_number(model_generator *g, int depth, tn_buffer *out);
void generate_text(model_generator *g, int depth, tn_buffer *out);
void generate_instant(model_generator *g, int depth, tn_buffer *out);

#endif
