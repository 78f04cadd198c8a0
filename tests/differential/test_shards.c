/* The same base scored with 1, 2 and 7 shards, by every instruction set of this machine, in
 * different orders of customers: the same bits in every derived column, and the same fit. */
#include "base/bytes.h"
#include "base/cpu.h"
#include "base/hash.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tenure/tenure.h>

enum { CUSTOMERS = 6000, EVENTS = 60000, BATCH = 5000 };

static const int64_t day_ms = 86400000;
static const int64_t as_of_ms = 19800 * 86400000LL;

/* retail.yaml declares many columns; the test fills what it finds by type, so that it need not know
 * the file by heart. */
static const char *model_path(void) {
    return TN_SOURCE_DIR "/share/models/retail.yaml";
}

static tn_engine *open_engine(uint32_t shards, const char *isa) {
    tn_engine_options options;
    tn_engine *engine;
    tn_error error = {0};
    tn_engine_options_init(&options);
    options.shards = shards;
    options.threads = 2;
    options.isa = isa;
    options.as_of_ms = as_of_ms;
    cr_assert_eq(tn_engine_open(model_path(), &options, &engine, &error), TN_OK, "%s\n%s",
                 error.message, error.detail);
    return engine;
}

static tn_str customer_id(uint64_t number, char text[40]) {
    snprintf(text, 40, number % 5 == 0 ? "a-rather-long-customer-id-%llu" : "c%llu",
             (unsigned long long)number);
    return tn_str_of(text);
}

static tn_value random_value(tn_rng *rng, const tn_attribute_info *attribute) {
    static const char *const words[] = {"DE", "FR", "web", "shop", "sport", "Ärzte", "x"};
    tn_value value = {.type = attribute->type, .is_null = tn_rng_below(rng, 10) == 0};
    switch (attribute->type) {
    case TN_TYPE_NUMBER:
        value.as.number = (double)tn_rng_below(rng, 90);
        break;
    case TN_TYPE_BOOL:
        value.as.boolean = tn_rng_below(rng, 2) == 0;
        break;
    case TN_TYPE_DATE:
        value.as.date_days = 5000 + (int32_t)tn_rng_below(rng, 15500);
        break;
    case TN_TYPE_TIME:
        value.as.time_ms = as_of_ms - (int64_t)tn_rng_below(rng, 1000) * day_ms;
        break;
    default:
        value.as.text = tn_str_of(words[tn_rng_below(rng, 7)]);
        break;
    }
    return value;
}

static void load_customers(tn_engine *engine, tn_rng *rng) {
    const tn_engine_info *info = tn_engine_info_view(engine);
    const size_t columns = info->attribute_count;
    char(*texts)[40] = calloc(CUSTOMERS, sizeof *texts);
    tn_str *ids = calloc(CUSTOMERS, sizeof *ids);
    tn_value *values = calloc(CUSTOMERS * columns, sizeof *values);
    uint32_t *attributes = calloc(columns, sizeof *attributes);
    for (size_t c = 0; c < columns; c++)
        attributes[c] = (uint32_t)c;
    for (size_t i = 0; i < CUSTOMERS; i++) {
        ids[i] = customer_id(i, texts[i]);
        for (size_t c = 0; c < columns; c++)
            values[i * columns + c] = random_value(rng, &info->attributes[c]);
    }
    const tn_customer_batch batch = {.count = CUSTOMERS,
                                     .ids = ids,
                                     .attributes = attributes,
                                     .attribute_count = columns,
                                     .values = values};
    tn_error error;
    cr_assert_eq(tn_engine_load(engine, &batch, NULL, &error), TN_OK, "%s", error.message);
    free(texts);
    free(ids);
    free(values);
    free(attributes);
}

static void ingest_batch(tn_engine *engine, tn_rng *rng) {
    const tn_engine_info *info = tn_engine_info_view(engine);
    char(*texts)[40] = calloc(BATCH, sizeof *texts);
    tn_str *ids = calloc(BATCH, sizeof *ids);
    uint32_t *actions = calloc(BATCH, sizeof *actions);
    int64_t *at = calloc(BATCH, sizeof *at);
    double *amounts = calloc(BATCH, sizeof *amounts);
    tn_value *fields = calloc(BATCH * (size_t)TN_FIELDS_MAX, sizeof *fields);
    for (size_t i = 0; i < BATCH; i++) {
        const double skewed = tn_rng_unit(rng);
        ids[i] = customer_id((uint64_t)(skewed * skewed * CUSTOMERS), texts[i]);
        do
            actions[i] = (uint32_t)tn_rng_below(rng, info->action_count);
        while (info->actions[actions[i]].is_derived);
        const tn_action_info *action = &info->actions[actions[i]];
        at[i] = as_of_ms - (int64_t)(tn_rng_exponential(rng) * 120 * (double)day_ms);
        if (at[i] < 0) at[i] = 0;
        amounts[i] = action->has_value ? (double)tn_rng_below(rng, 20000) / 100 : (double)NAN;
        for (size_t f = 0; f < action->field_count; f++)
            fields[i * TN_FIELDS_MAX + f] = random_value(rng, &action->fields[f]);
    }
    const tn_event_batch batch = {.count = BATCH,
                                  .ids = ids,
                                  .actions = actions,
                                  .at_ms = at,
                                  .values = amounts,
                                  .fields = fields,
                                  .field_stride = TN_FIELDS_MAX};
    tn_error error;
    cr_assert_eq(tn_engine_ingest(engine, &batch, NULL, &error), TN_OK, "%s", error.message);
    free(texts);
    free(ids);
    free(actions);
    free(at);
    free(amounts);
    free(fields);
}

typedef struct scan_digest {
    size_t columns;
    uint64_t rows;
    uint64_t hash;
} scan_digest;

static uint64_t value_hash(const tn_value *value) {
    unsigned char bytes[16] = {(unsigned char)value->type, value->is_null};
    if (value->is_null) return tn_hash_plain(bytes, 2);
    if (value->type == TN_TYPE_TEXT || value->type == TN_TYPE_LEVEL)
        return tn_hash_plain(value->as.text.data, value->as.text.size);
    if (value->type == TN_TYPE_BOOL)
        bytes[2] = value->as.boolean;
    else if (value->type == TN_TYPE_DATE)
        memcpy(bytes + 2, &value->as.date_days, sizeof value->as.date_days);
    else
        memcpy(bytes + 2, &value->as.number, sizeof value->as.number);
    return tn_hash_plain(bytes, sizeof bytes);
}

static bool digest_row(void *context, tn_str id, const tn_value *values) {
    scan_digest *digest = context;
    digest->rows++;
    digest->hash = digest->hash * 31 + tn_hash_plain(id.data, id.size);
    for (size_t i = 0; i < digest->columns; i++)
        digest->hash = digest->hash * 31 + value_hash(&values[i]);
    return true;
}

/* The hash of every derived column of every customer, in the order of ids. */
static scan_digest digest_base(uint32_t shards, const char *isa, uint64_t seed) {
    tn_engine *engine = open_engine(shards, isa);
    tn_rng rng;
    tn_error error;
    tn_rng_init(&rng, seed);
    load_customers(engine, &rng);
    for (int i = 0; i < EVENTS / BATCH; i++)
        ingest_batch(engine, &rng);
    cr_assert_eq(tn_engine_rescore(engine, TN_AS_OF_DEFAULT, NULL, &error), TN_OK, "%s",
                 error.message);
    const size_t count = tn_engine_info_view(engine)->column_count;
    tn_column_ref *columns = calloc(count, sizeof *columns);
    for (size_t i = 0; i < count; i++)
        columns[i] = tn_engine_column_derived(engine, i);
    scan_digest digest = {.columns = count};
    const tn_scan scan = {.columns = columns, .column_count = count, .sorted_by_id = true};
    cr_assert_eq(tn_engine_scan(engine, &scan, digest_row, &digest, &error), TN_OK);
    free(columns);
    tn_engine_close(engine);
    return digest;
}

Test(shards, the_bits_do_not_depend_on_the_number_of_shards, .timeout = 300) {
    const uint64_t seed = 20240;
    const scan_digest one = digest_base(1, NULL, seed);
    cr_assert_eq(one.rows, CUSTOMERS);
    const uint32_t counts[] = {2, 7};
    for (int i = 0; i < 2; i++) {
        const scan_digest many = digest_base(counts[i], NULL, seed);
        cr_assert_eq(many.hash, one.hash, "%u shards, seed %llu", counts[i],
                     (unsigned long long)seed);
    }
    cr_assert_neq(digest_base(1, NULL, seed + 1).hash, one.hash); /* the hash does see the values */
}

Test(shards, the_bits_do_not_depend_on_the_instruction_set, .timeout = 300) {
    const scan_digest base = digest_base(2, "base", 99);
    for (int isa = TN_ISA_AVX2; isa < TN_ISA_COUNT; isa++) {
        const char *name = tn_isa_name((tn_isa)isa);
        if (!tn_cpu_has((tn_isa)isa)) {
            fprintf(stderr, "this machine has no %s: not compared\n", name);
            continue;
        }
        cr_assert_eq(digest_base(2, name, 99).hash, base.hash, "%s differs from base", name);
    }
}
