/* The page about models: its examples are read, its tables say what the presets and the reader say.
 */
#include "unit/model/model_case.h"

#include "expr/ast.h"
#include "model/preset.h"

#include <criterion/criterion.h>
#include <stdio.h>

static tn_buffer page(void) {
    tn_buffer text;
    char block[4096];
    tn_buffer_init(&text, NULL);
    FILE *file = fopen(TN_SOURCE_DIR "/docs/models.md", "rb");
    cr_assert_not_null(file);
    for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
        tn_buffer_append(&text, block, got);
    fclose(file);
    tn_buffer_append_char(&text, '\0');
    cr_assert(!text.failed);
    return text;
}

/* What an example may take for given; a part that it has itself is left out. */
static const struct {
    const char *key;
    const char *text;
} given[] = {
    {"tenure:", "tenure: 1\n"},
    {"name:", "name: doc\n"},
    {"attributes:", "attributes: {age: {type: int}, income: {type: float}}\n"},
    {"actions:",
     "actions: {visit: , email_open: , newsletter_join: , newsletter_unsubscribe: ,\n"
     "  survey_answer: {value: rating}, purchase: {value: money}, refund: {value: money},\n"
     "  fresh_bought: {of: purchase, where: \"value > 5\"}, referral: }\n"},
    {"transactions:", "transactions: {action: purchase}\n"},
    {"scores:", "scores: {engagement: {range: [0, 100], points: \"1\"}}\n"},
    {"clv:", "clv: {}\n"},
    {"stages:", "stages: {journey: [retention: \"true\"]}\n"},
};

static bool has_part(const char *text, const char *key) {
    char line[64];
    snprintf(line, sizeof line, "\n%s", key);
    return strncmp(text, key, strlen(key)) == 0 || strstr(text, line) != NULL;
}

Test(docs_of_models, every_example_is_read) {
    static const char fence[] = "```yaml\n";
    tn_buffer text = page();
    size_t examples = 0;
    for (char *at = strstr(text.data, fence); at != NULL; at = strstr(at, fence)) {
        char source[8192] = "";
        at += strlen(fence);
        char *end = strstr(at, "```");
        cr_assert_not_null(end);
        *end = '\0';
        for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
            if (!has_part(at, given[i].key)) strcat(source, given[i].text);
        strcat(source, at);
        tn_model_destroy(model_of(source));
        examples++;
        at = end + 1;
    }
    cr_expect_geq(examples, 12);
    tn_buffer_deinit(&text);
}

Test(docs_of_models, the_guards_of_the_presets_are_those_of_the_files) {
    tn_buffer text = page();
    for (size_t i = 0; i < tn_preset_count; i++) {
        tn_model *model = model_of_file(tn_presets[i].file);
        const tn_model_stages *stages = &model->stage_models[0];
        char head[64];
        snprintf(head, sizeof head, "**%s**", tn_presets[i].name);
        const char *at = strstr(text.data, head);
        cr_assert_not_null(at, "%s", head);
        for (uint32_t j = 0; j < stages->stage_count; j++) {
            char row[512];
            const tn_str guard = stages->stages[j].guard.text;
            if (tn_str_is(guard, "true"))
                snprintf(row, sizeof row, "| %s | everybody |", stages->stages[j].name.data);
            else
                snprintf(row, sizeof row, "| %s | `%.*s` |", stages->stages[j].name.data,
                         (int)guard.size, guard.data);
            const char *found = strstr(at, row);
            cr_expect_not_null(found, "%s: %s", head, row);
            if (found != NULL) at = found;
        }
        for (uint32_t j = 0; j < model->action_count; j++) {
            char row[64];
            snprintf(row, sizeof row, "| `%s` |", model->actions[j].name.data);
            const char *found = strstr(text.data, row);
            cr_assert_not_null(found, "%s", row);
            const char *end = strchr(found, '\n');
            const char *name = strstr(found, tn_presets[i].name);
            const char *all = strstr(found, "| all |");
            cr_expect((name != NULL && name < end) || (all != NULL && all < end), "%s lacks %s",
                      row, tn_presets[i].name);
        }
        tn_model_destroy(model);
    }
    tn_buffer_deinit(&text);
}

/* A function that the language learns must become a reserved name. */
Test(docs_of_models, no_attribute_is_called_as_a_function) {
    size_t count;
    const char *const *names = tn_function_names(&count);
    for (size_t i = 0; i < count; i++) {
        char source[256];
        tn_model *model = NULL;
        tn_error error = {0};
        snprintf(source, sizeof source, "tenure: 1\nname: m\nattributes: {%s: {type: int}}\n",
                 names[i]);
        cr_expect_eq(tn_model_parse("m", tn_str_of(source), &model, &error), TN_BAD_MODEL, "%s",
                     names[i]);
        cr_expect_not_null(strstr(error.message, "word of the expression language"));
    }
}
