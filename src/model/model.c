/* A model from a file: the parts are read in an order in which each finds what it refers to,
 * whatever their order in the file; then derived columns are numbered and sorted, expressions
 * typed, and the schema of the store worked out. Nothing is handed out before all of it succeeded.
 */
#include "model/model.h"

#include "base/bytes.h"
#include "base/file.h"
#include "model/reader.h"

enum {
    KEY_TENURE,
    KEY_NAME,
    KEY_LABEL,
    KEY_TIMEZONE,
    KEY_CURRENCY,
    KEY_ATTRIBUTES,
    KEY_ACTIONS,
    KEY_TRANSACTIONS,
    KEY_SCORES,
    KEY_RFM,
    KEY_CLV,
    KEY_TRAITS,
    KEY_STAGES,
    KEY_SEGMENTS,
    KEY_METRICS,
    KEY_COUNT
};
static const char *const key_names[KEY_COUNT] = {
    "tenure", "name", "label", "timezone", "currency", "attributes", "actions", "transactions",
    "scores", "rfm",  "clv",   "traits",   "stages",   "segments",   "metrics",
};

static tn_status read_version(const tn_reading *reading, const tn_yaml_node *node) {
    tn_str text = {0};
    if (node == NULL)
        return tn_read_fail(reading, reading->document->root->start,
                            "the version of the format is missing: tenure: 1");
    TN_TRY(tn_read_scalar(reading, node, "the version of the format", &text));
    if (tn_str_is(text, "1")) return TN_OK;
    return tn_read_fail(reading, node->start, "version '%.*s' of the format is unknown, only 1 is",
                        TN_SHOWN(text));
}

static tn_status read_name(const tn_reading *reading, const tn_yaml_node *node) {
    if (node == NULL)
        return tn_read_fail(reading, reading->document->root->start,
                            "the name of the model is missing: name: grocery");
    TN_TRY(tn_read_scalar(reading, node, "the name of the model", &reading->model->name));
    return tn_read_check_name(reading, node->start, "a model", reading->model->name,
                              TN_NAME_OF_THING);
}

static tn_status read_currency(const tn_reading *reading, const tn_yaml_node *node) {
    if (node == NULL) return TN_OK;
    TN_TRY(tn_read_scalar(reading, node, "the currency", &reading->model->currency));
    return tn_read_check_name(reading, node->start, "a currency", reading->model->currency,
                              TN_NAME_FREE);
}

static tn_status read_timezone(const tn_reading *reading, const tn_yaml_node *node) {
    tn_str name = {"UTC", 3};
    char message[TN_ERROR_MESSAGE_SIZE];
    TN_TRY(tn_read_scalar(reading, node, "the time zone", &name));
    const tn_status status = tn_zone_open(name.data, &reading->model->zone, reading->error);
    if (status == TN_OK || node == NULL || status == TN_OUT_OF_MEMORY) return status;
    memcpy(message, reading->error->message, sizeof message);
    return tn_read_fail(reading, node->start, "%s", message);
}

typedef tn_status part_reader(tn_reading *reading, const tn_yaml_node *node);

static tn_status read_parts(tn_reading *reading, const tn_yaml_node *const *nodes) {
    static const struct {
        int key;
        part_reader *read;
    } parts[] = {
        {KEY_ATTRIBUTES, tn_read_attributes},
        {KEY_ACTIONS, tn_read_actions},
        {KEY_TRANSACTIONS, tn_read_transactions},
        {KEY_SCORES, tn_read_scores},
        {KEY_RFM, tn_read_rfm},
        {KEY_CLV, tn_read_clv},
        {KEY_TRAITS, tn_read_traits},
        {KEY_STAGES, tn_read_stages},
        {KEY_SEGMENTS, tn_read_segments},
        {KEY_METRICS, tn_read_metrics},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        TN_TRY(parts[i].read(reading, nodes[parts[i].key]));
    return TN_OK;
}

static tn_status read_document(tn_reading *reading) {
    const tn_yaml_node *nodes[KEY_COUNT];
    TN_TRY(tn_read_keys(reading, reading->document->root, "a model", TN_CHOICES(key_names), nodes));
    TN_TRY(read_version(reading, nodes[KEY_TENURE]));
    TN_TRY(read_name(reading, nodes[KEY_NAME]));
    TN_TRY(tn_read_label(reading, nodes[KEY_LABEL], &reading->model->label));
    TN_TRY(read_timezone(reading, nodes[KEY_TIMEZONE]));
    TN_TRY(read_currency(reading, nodes[KEY_CURRENCY]));
    TN_TRY(read_parts(reading, nodes));
    TN_TRY(tn_model_derive(reading));
    TN_TRY(tn_model_sort(reading));
    TN_TRY(tn_model_bind(reading));
    return tn_model_need(reading);
}

tn_status tn_model_parse(const char *file, tn_str source, tn_model **out, tn_error *error) {
    tn_error unheard;
    tn_model *model = tn_alloc_zero(NULL, sizeof *model);
    if (model == NULL) return tn_fail_memory(error);
    tn_arena_init(&model->arena, NULL);
    tn_reading reading = {.model = model,
                          .arena = &model->arena,
                          .document = &model->document,
                          .error = error == NULL ? &unheard : error};
    tn_status status = tn_yaml_parse(&model->arena, file, source, &model->document, reading.error);
    if (status == TN_OK) status = read_document(&reading);
    if (status == TN_OK)
        *out = model;
    else
        tn_model_destroy(model);
    return status;
}

tn_status tn_model_read(const char *path, tn_model **out, tn_error *error) {
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    tn_status status = tn_file_read(path, TN_MODEL_SIZE_MAX, &text, error);
    if (status == TN_OK) status = tn_model_parse(path, (tn_str){text.data, text.size}, out, error);
    tn_buffer_deinit(&text);
    return status;
}

void tn_model_destroy(tn_model *model) {
    if (model == NULL) return;
    tn_zone_close(model->zone);
    tn_arena_deinit(&model->arena);
    tn_free(NULL, model, sizeof *model);
}

uint32_t tn_model_find_attribute(const tn_model *model, tn_str name) {
    return tn_names_find(&model->attribute_names, name);
}

uint32_t tn_model_find_action(const tn_model *model, tn_str name) {
    return tn_names_find(&model->action_names, name);
}

uint32_t tn_model_find_derived(const tn_model *model, tn_str full_name) {
    return tn_names_find(&model->derived_names, full_name);
}
