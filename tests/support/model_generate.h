/* model_generate.h: random model files and random bases for them, drawn from a generator.
 *
 * Every kind of rule, gate, group, cap, half-life, weight, grade, stage, exit, RFM method, purchase
 * and spend model, trait and segment turns up; derived columns refer to each other without a cycle.
 */
#ifndef TESTS_SUPPORT_MODEL_GENERATE_H
#define TESTS_SUPPORT_MODEL_GENERATE_H

#include "base/bytes.h"
#include "base/rng.h"
#include "model/model.h"

/* Names of derived columns so far, by what they may be used as. */
enum { GENERATE_NAMES_MAX = 64, GENERATE_NAME_BYTES = 64 };
typedef struct generate_names {
    char names[GENERATE_NAMES_MAX][GENERATE_NAME_BYTES];
    size_t count;
} generate_names;

typedef struct model_generator {
    tn_rng *rng;
    generate_names numbers, bools, texts, times, durations, dates;
    generate_names levels; /* "NAME\0" of a stage or grade, with its levels in `level_text` */
    char level_names[GENERATE_NAMES_MAX][4][16];
    tn_buffer text; /* the model */
} model_generator;

void model_generator_init(model_generator *generator, tn_rng *rng);
void model_generator_deinit(model_generator *generator);
/* Writes a whole model to generator->text. */
void model_generate(model_generator *generator);
/* Appends a random yes-or-no expression over the model's names. */
void model_generate_condition(model_generator *generator, int depth, tn_buffer *out);

/* A random value of an attribute's or field's type; null sometimes. Texts are literals. */
tn_value model_generate_value(tn_rng *rng, tn_attribute_type type);

#endif
