/* model_info.c: a model file without a base: what it declares, and what looks wrong in it. */
#include "base/bytes.h"
#include "engine/core.h"
#include "model/describe.h"
#include "model/lint.h"

static tn_status describe(const tn_model *model, tn_format format, tn_text_sink *sink,
                          void *context, tn_error *error) {
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    const tn_status status = tn_model_describe(model, format, &text);
    if (status == TN_OK) sink(context, text.data, text.size);
    tn_buffer_deinit(&text);
    return status == TN_OK ? TN_OK : tn_fail_memory(error);
}

tn_status tn_model_describe_file(const char *path, tn_format format, tn_text_sink *sink,
                                 void *context, tn_error *error) {
    tn_model *model;
    TN_TRY(tn_model_read(path, &model, error));
    const tn_status status = describe(model, format, sink, context, error);
    tn_model_destroy(model);
    return status;
}

static tn_status warn(const tn_model *model, tn_text_sink *sink, void *context) {
    tn_arena arena;
    tn_buffer line;
    tn_lint_warning *warnings;
    size_t count;
    tn_arena_init(&arena, NULL);
    tn_buffer_init(&line, NULL);
    const tn_status status = tn_model_lint(model, &arena, &warnings, &count);
    for (size_t i = 0; status == TN_OK && i < count; i++) {
        tn_buffer_clear(&line);
        tn_buffer_printf(&line, "%s:%zu:%zu: warning: %s", model->document.file,
                         warnings[i].where.line, warnings[i].where.column, warnings[i].text);
        if (!line.failed) sink(context, line.data, line.size);
    }
    tn_buffer_deinit(&line);
    tn_arena_deinit(&arena);
    return status;
}

tn_status tn_model_warnings_file(const char *path, tn_text_sink *sink, void *context,
                                 tn_error *error) {
    tn_model *model;
    TN_TRY(tn_model_read(path, &model, error));
    const tn_status status = warn(model, sink, context);
    tn_model_destroy(model);
    return status == TN_OK ? TN_OK : tn_fail_memory(error);
}
