/* Running out of memory at every allocation, and input from people who mean no good. */
#include "unit/model/model_case.h"

#include "base/alloc.h"
#include "model/describe.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define SALE "tenure: 1\nname: m\nactions: {p: {value: money}}\ntransactions: {action: p}\n"

/* The text of a model file of the project. */
static tn_buffer text_of(const char *relative_path) {
    char path[1024];
    tn_buffer text;
    snprintf(path, sizeof path, "%s/%s", TN_SOURCE_DIR, relative_path);
    tn_buffer_init(&text, NULL);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    char block[4096];
    for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
        tn_buffer_append(&text, block, got);
    fclose(file);
    cr_assert(!text.failed);
    return text;
}

/* One parse with the N-th allocation failing; false when it went through. */
static bool fails_at(tn_str source, uint64_t n, bool sticky) {
    tn_model *model = NULL;
    tn_error error = {0};
    const size_t before = tn_heap_used_bytes(NULL);
    tn_alloc_fail_at(n, sticky);
    const tn_status status = tn_model_parse("m.yaml", source, &model, &error);
    tn_alloc_fail_at(0, false);
    if (status == TN_OK) {
        tn_model_destroy(model);
    } else {
        cr_assert_eq(status, TN_OUT_OF_MEMORY, "at %llu: %s: %s", (unsigned long long)n,
                     tn_status_name(status), error.message);
        cr_assert_eq(error.status, TN_OUT_OF_MEMORY);
        cr_assert_null(model);
    }
    cr_assert_eq(tn_heap_used_bytes(NULL), before, "leak at %llu", (unsigned long long)n);
    return status != TN_OK;
}

Test(memory_of_models, every_failed_allocation_is_an_error_without_a_leak) {
    static const char *const files[] = {"share/models/retail.yaml", "share/models/grocery.yaml",
                                        "share/models/cdnow.yaml", "share/models/shop5.yaml"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        tn_buffer text = text_of(files[i]);
        uint64_t n = 1;
        while (fails_at((tn_str){text.data, text.size}, n, n % 2 == 0))
            n++;
        cr_expect_gt(n, 5, "%s", files[i]);
        tn_buffer_deinit(&text);
    }
}

Test(memory_of_models, a_model_file_is_read_whole_or_not_at_all) {
    char path[1024];
    snprintf(path, sizeof path, "%s/share/models/retail.yaml", TN_SOURCE_DIR);
    const size_t before = tn_heap_used_bytes(NULL);
    bool is_read = false;
    for (uint64_t n = 1; !is_read; n++) {
        tn_model *model = NULL;
        tn_alloc_fail_at(n, false);
        const tn_status status = tn_model_read(path, &model, NULL);
        tn_alloc_fail_at(0, false);
        is_read = status == TN_OK;
        cr_assert(is_read || status == TN_OUT_OF_MEMORY);
        tn_model_destroy(model);
        cr_assert_eq(tn_heap_used_bytes(NULL), before);
    }
}

Test(memory_of_models, lint_and_describe_report_it_too) {
    tn_model *model = model_of_file("share/models/grocery.yaml");
    const size_t before = tn_heap_used_bytes(NULL);
    bool is_done = false;
    for (uint64_t n = 1; !is_done; n++) {
        tn_arena arena;
        tn_lint_warning *warnings = NULL;
        size_t count = 0;
        tn_arena_init(&arena, NULL);
        tn_alloc_fail_at(n, true);
        const tn_status status = tn_model_lint(model, &arena, &warnings, &count);
        tn_alloc_fail_at(0, false);
        is_done = status == TN_OK;
        cr_assert(is_done || (status == TN_OUT_OF_MEMORY && warnings == NULL));
        tn_arena_deinit(&arena);
        cr_assert_eq(tn_heap_used_bytes(NULL), before);
    }
    is_done = false;
    for (uint64_t n = 1; !is_done; n++) {
        tn_buffer out;
        tn_buffer_init(&out, NULL);
        tn_alloc_fail_at(n, false);
        const tn_status status = tn_model_describe(model, TN_FORMAT_JSON, &out);
        tn_alloc_fail_at(0, false);
        is_done = status == TN_OK;
        cr_assert(is_done || status == TN_OUT_OF_MEMORY);
        tn_buffer_deinit(&out);
        cr_assert_eq(tn_heap_used_bytes(NULL), before);
    }
    tn_model_destroy(model);
}

static void expect_refused(tn_str source) {
    tn_model *model = NULL;
    tn_error error = {0};
    const size_t before = tn_heap_used_bytes(NULL);
    const tn_status status = tn_model_parse("m.yaml", source, &model, &error);
    cr_expect_neq(status, TN_OK, "accepted: %.*s", (int)(source.size < 80 ? source.size : 80),
                  source.data);
    if (status == TN_OK) tn_model_destroy(model);
    cr_expect_neq(error.message[0], '\0');
    cr_expect_eq(tn_heap_used_bytes(NULL), before);
}

Test(hostile_models, are_refused) {
    static const char *const sources[] = {
        "",
        "\n\n# nothing\n",
        "---\n",
        "\xFF\xFE",
        "tenure: 1\nname: m\nlabel: \"\\0\"\n",
        "tenure: 1\nname: m\nlabel: \x01\n",
        "tenure: &a 1\nname: *a\n",
        "tenure: !!int 1\nname: m\n",
        "tenure: 1\nname: m\n---\ntenure: 1\nname: n\n",
        "tenure: 1\nname: m\n<<: {label: x}\n",
        "? [a, b]\n: 1\n",
        "tenure: 1\nname: m\nattributes: {a: {type: int}, a: {type: int}}\n",
        "tenure: 1\nname: m\nattributes:\n\t- a\n",
        "tenure: 1\nname: m\nsegments: {s: \"'\"}\n",
        "tenure: 1\nname: m\nscores: {s: {points: nan}}\n",
        "tenure: 1\nname: m\nscores: {s: {points: \"1\", grades: {A: inf}}}\n",
        "tenure: 1\nname: m\nscores: {s: {points: \"1\", grades: {A: 1e999}}}\n",
        "tenure: 1\nname: m\nscores: {s: {points: \"1\", range: [-1e309, 1]}}\n",
        "tenure: 1\nname: m\nactions: {a: {of: a, where: \"true\"}}\n",
        "tenure: 1\nname: m\nstages: {j: {preset: ../../etc/passwd}}\n",
        "tenure: 1\nname: m\ntimezone: ../../../etc/passwd\n",
        "tenure: 1\nname: m\ntimezone: /etc/passwd\n",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{",
    };
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        expect_refused(tn_str_of(sources[i]));
}

Test(hostile_models, an_expression_nested_too_deep_is_refused) {
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    tn_buffer_append_str(&text, "tenure: 1\nname: m\nsegments: {s: \"");
    for (int i = 0; i < 60000; i++)
        tn_buffer_append_char(&text, '(');
    tn_buffer_append_str(&text, "true\"}\n");
    expect_refused((tn_str){text.data, text.size});
    tn_buffer_deinit(&text);
}

/* Every place in a model where something may stand gets what may not. */
Test(hostile_models, a_value_of_the_wrong_shape_is_an_error_everywhere) {
    static const char *const shapes[] = {"[]",   "{}",        "[[[]]]", "{a: {b: {c: d}}}",
                                         "\"\"", "[a, b, c]", "- - - x"};
    static const char *const places[] = {
        "tenure: %s\nname: m\n",
        "tenure: 1\nname: %s\n",
        "tenure: 1\nname: m\ntimezone: %s\n",
        "tenure: 1\nname: m\nattributes: {a: {type: %s}}\n",
        "tenure: 1\nname: m\nactions: {a: {by: %s}}\n",
        "tenure: 1\nname: m\nactions: {p: {value: money}}\ntransactions: {action: %s}\n",
        "tenure: 1\nname: m\nscores: {s: {points: %s}}\n",
        "tenure: 1\nname: m\nscores: {s: {rules: {r: {if: %s, points: 1}}}}\n",
        "tenure: 1\nname: m\nscores: {s: {rules: {r: {if: true, points: %s}}}}\n",
        "tenure: 1\nname: m\nscores: {s: {points: 1, range: %s}}\n",
        "tenure: 1\nname: m\nscores: {s: {points: 1, grades: {A: %s}}}\n",
        "tenure: 1\nname: m\ntraits: {t: %s}\n",
        "tenure: 1\nname: m\nsegments: {t: %s}\n",
        "tenure: 1\nname: m\nstages: {t: {a: %s}}\n",
        "tenure: 1\nname: m\nstages: {t: %s}\n",
        SALE "clv: {horizon: %s}\n",
        SALE "clv: {parameters: {mbg_nbd: %s}}\n",
        SALE "rfm: {bins: %s}\n",
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        for (size_t j = 0; j < sizeof shapes / sizeof shapes[0]; j++) {
            char source[512];
            const char *mark = strstr(places[i], "%s");
            snprintf(source, sizeof source, "%.*s%s%s", (int)(mark - places[i]), places[i],
                     shapes[j], mark + 2);
            expect_refused(tn_str_of(source));
        }
}

Test(hostile_models, cut_anywhere_is_no_crash) {
    tn_buffer text = text_of("share/models/grocery.yaml");
    const size_t before = tn_heap_used_bytes(NULL);
    for (size_t size = 0; size < text.size; size++) {
        tn_model *model = NULL;
        tn_error error = {0};
        if (tn_model_parse("m", (tn_str){text.data, size}, &model, &error) == TN_OK)
            tn_model_destroy(model);
        else
            cr_expect_neq(error.message[0], '\0');
        cr_assert_eq(tn_heap_used_bytes(NULL), before);
    }
    tn_buffer_deinit(&text);
}
