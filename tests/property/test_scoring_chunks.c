/* Bases of many chunks under the shipped retail model: the same bits for 1, 2 and 7 shards,
 * whatever the instruction set, while customers come and go between epochs. */
#include "support/model_generate.h"
#include "support/scoring_base.h"

#include "base/cpu.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CUSTOMERS = 12000, EVENTS = 60000, BASES_MAX = 5, EPOCHS = 3 };

typedef struct trial {
    tn_rng rng;
    scoring_base bases[BASES_MAX];
    size_t base_count;
    char ids[CUSTOMERS][16];
    bool is_live[CUSTOMERS];
    int64_t from_ms, as_of_ms;
} trial;

static char *read_model(void) {
    static char text[1 << 16];
    FILE *file = fopen(TN_SOURCE_DIR "/share/models/retail.yaml", "r");
    cr_assert(file != NULL);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

static void draw_customer(trial *t, size_t i) {
    const tn_model *model = t->bases[0].model;
    for (uint32_t a = 0; a < model->attribute_count; a++) {
        const tn_value value = model_generate_value(&t->rng, model->attributes[a].type);
        for (size_t b = 0; b < t->base_count; b++)
            scoring_base_set(&t->bases[b], tn_str_of(t->ids[i]), a, &value);
    }
    t->is_live[i] = true;
}

static void draw_event(trial *t) {
    const tn_model *model = t->bases[0].model;
    const size_t i = tn_rng_below(&t->rng, CUSTOMERS);
    uint32_t action = (uint32_t)tn_rng_below(&t->rng, model->action_count);
    if (model->actions[action].of != TN_NONE) action = model->transactions.action;
    tn_value fields[TN_FIELDS_MAX];
    for (uint32_t f = 0; f < model->actions[action].field_count; f++)
        fields[f] = model_generate_value(&t->rng, model->actions[action].fields[f].type);
    const bool has_value = model->actions[action].value != TN_VALUE_NONE;
    const scoring_event event = {
        .id = tn_str_of(t->ids[i]),
        .action = action,
        .at_ms = t->from_ms + (int64_t)tn_rng_below(&t->rng, (uint64_t)(t->as_of_ms - t->from_ms)),
        .value = has_value ? (double)tn_rng_below(&t->rng, 30000) / 100 : (double)NAN,
        .fields = fields};
    t->is_live[i] = true;
    for (size_t b = 0; b < t->base_count; b++)
        scoring_base_event(&t->bases[b], &event);
}

static void remove_some(trial *t) {
    for (size_t i = 0; i < CUSTOMERS; i++) {
        if (!t->is_live[i] || tn_rng_below(&t->rng, 9) != 0) continue;
        for (size_t b = 0; b < t->base_count; b++)
            scoring_base_remove(&t->bases[b], tn_str_of(t->ids[i]));
        t->is_live[i] = false;
    }
}

static void compare_all(const trial *t, uint64_t seed, int epoch) {
    const tn_model *model = t->bases[0].model;
    size_t nulls = 0, values = 0;
    for (size_t i = 0; i < CUSTOMERS; i++) {
        for (uint32_t d = 0; t->is_live[i] && d < model->derived_count; d++) {
            const tn_value want = scoring_base_derived(&t->bases[0], tn_str_of(t->ids[i]), d);
            values++;
            nulls += want.is_null;
            for (size_t b = 1; b < t->base_count; b++) {
                const tn_value got = scoring_base_derived(&t->bases[b], tn_str_of(t->ids[i]), d);
                cr_assert(scoring_same(&got, &want),
                          "seed %" PRIu64 ", epoch %d, base %zu: %.*s of %s", seed, epoch, b,
                          (int)model->derived[d].name.size, model->derived[d].name.data, t->ids[i]);
            }
        }
    }
    cr_assert(values > 100000 && nulls < values / 2);
}

Test(scoring_chunks, any_number_of_shards_gives_the_same_bits) {
    static trial t;
    static const size_t shards[] = {1, 2, 7};
    const char *given = getenv("TENURE_SEED");
    uint64_t seed = 0;
    if (given != NULL)
        seed = strtoull(given, NULL, 10);
    else
        cr_assert_eq(tn_random_bytes(&seed, sizeof seed), TN_OK);
    printf("scoring_chunks: seed %" PRIu64 "\n", seed);
    tn_rng_init(&t.rng, seed);
    const char *model = read_model();
    for (size_t i = 0; i < 3; i++)
        scoring_base_open(&t.bases[t.base_count++], model, shards[i], TN_ISA_BASE);
    for (int isa = TN_ISA_AVX2; isa < TN_ISA_COUNT; isa++)
        if (tn_kernels_get((tn_isa)isa) != NULL)
            scoring_base_open(&t.bases[t.base_count++], model, 3 - (size_t)isa, (tn_isa)isa);
    t.from_ms = 1650000000000;
    t.as_of_ms = t.from_ms + 700 * TN_DAY_MS;
    for (size_t i = 0; i < CUSTOMERS; i++) {
        snprintf(t.ids[i], sizeof t.ids[i], "c%zu", i);
        draw_customer(&t, i);
    }
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        for (size_t i = 0; i < EVENTS / EPOCHS; i++)
            draw_event(&t);
        for (size_t b = 0; b < t.base_count; b++)
            scoring_base_run(&t.bases[b], t.as_of_ms);
        compare_all(&t, seed, epoch);
        remove_some(&t);
        t.as_of_ms += 13 * TN_DAY_MS;
    }
    for (size_t b = 0; b < t.base_count; b++)
        scoring_base_close(&t.bases[b]);
}
