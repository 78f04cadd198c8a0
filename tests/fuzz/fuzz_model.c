/* A model file: whatever the bytes, an error with words, or a model that can be checked, described
 * and destroyed. */
#include "fuzz/fuzz.h"
#include "model/describe.h"
#include "model/lint.h"

static void describe(const tn_model *model) {
    for (tn_format format = TN_FORMAT_TABLE; format <= TN_FORMAT_JSON; format++) {
        tn_buffer out;
        tn_buffer_init(&out, NULL);
        FUZZ_CHECK(tn_model_describe(model, format, &out) == TN_OK);
        tn_buffer_deinit(&out);
    }
}

static void lint(const tn_model *model) {
    tn_arena arena;
    tn_lint_warning *warnings = NULL;
    size_t count = 0;
    tn_arena_init(&arena, NULL);
    FUZZ_CHECK(tn_model_lint(model, &arena, &warnings, &count) == TN_OK);
    for (size_t i = 0; i < count; i++)
        FUZZ_CHECK(warnings[i].where.line > 0 && warnings[i].text[0] != '\0');
    tn_arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    tn_model *model = NULL;
    tn_error error = {0};
    const tn_str source = {(const char *)data, size};
    if (tn_model_parse("model.yaml", source, &model, &error) != TN_OK) {
        FUZZ_CHECK(model == NULL && error.message[0] != '\0' && error.file[0] != '\0');
        return 0;
    }
    lint(model);
    describe(model);
    tn_model_destroy(model);
    return 0;
}
