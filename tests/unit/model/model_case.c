#include "unit/model/model_case.h"

#include <criterion/criterion.h>
#include <stdio.h>

tn_model *model_of(const char *source) {
    tn_model *model = NULL;
    tn_error error = {0};
    char text[4096];
    const tn_status status = tn_model_parse("m.yaml", tn_str_of(source), &model, &error);
    if (status != TN_OK) {
        tn_error_format(&error, text, sizeof text);
        cr_assert_fail("refused: %s\n%s", text, source);
    }
    return model;
}

tn_model *model_of_lines(const char *lines) {
    char source[8192];
    snprintf(source, sizeof source, "tenure: 1\nname: m\n%s", lines);
    return model_of(source);
}

tn_model *model_of_file(const char *relative_path) {
    char path[1024], text[4096];
    tn_model *model = NULL;
    tn_error error = {0};
    snprintf(path, sizeof path, "%s/%s", TN_SOURCE_DIR, relative_path);
    if (tn_model_read(path, &model, &error) != TN_OK) {
        tn_error_format(&error, text, sizeof text);
        cr_assert_fail("refused: %s", text);
    }
    return model;
}

/* Copies the source without its mark and finds the place that it marks. */
static void take_mark(const char *marked, char *out, size_t *line, size_t *column) {
    const char *mark = strstr(marked, "@@");
    cr_assert_not_null(mark, "no mark in:\n%s", marked);
    *line = 1;
    const char *start = marked;
    for (const char *c = marked; c < mark; c++) {
        if (*c != '\n') continue;
        ++*line;
        start = c + 1;
    }
    *column = tn_utf8_count((tn_str){start, (size_t)(mark - start)}) + 1;
    memcpy(out, marked, (size_t)(mark - marked));
    strcpy(out + (mark - marked), mark + 2);
}

static const char *last_line(const char *text) {
    const char *newline = strrchr(text, '\n');
    return newline == NULL ? text : newline + 1;
}

static void expect_error(const error_case *c) {
    static char source[1 << 16];
    size_t line, column;
    tn_model *model = NULL;
    tn_error error = {0};
    take_mark(c->source, source, &line, &column);
    const tn_status status = tn_model_parse("m.yaml", tn_str_of(source), &model, &error);
    cr_expect_neq(status, TN_OK, "accepted:\n%s", source);
    if (status == TN_OK) {
        tn_model_destroy(model);
        return;
    }
    cr_expect(status == TN_BAD_MODEL || status == TN_TOO_LARGE, "status %d", (int)status);
    cr_expect_eq(error.status, status);
    cr_expect_str_eq(error.message, c->message, "got: %s\nwant: %s\n%s", error.message, c->message,
                     source);
    cr_expect_str_eq(error.file, "m.yaml");
    cr_expect(error.line == line && error.column == column, "at %zu:%zu, not %zu:%zu: %s\n%s",
              error.line, error.column, line, column, error.message, source);
    cr_expect_not_null(strchr(error.detail, '^'), "no caret: %s", error.message);
    if (c->detail != NULL)
        cr_expect_str_eq(last_line(error.detail), c->detail, "detail: %s", error.detail);
}

void expect_errors(const error_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++)
        expect_error(&cases[i]);
}

tn_buffer warnings_of(const tn_model *model) {
    tn_buffer out;
    tn_arena arena;
    tn_lint_warning *warnings = NULL;
    size_t count = 0;
    tn_buffer_init(&out, NULL);
    tn_arena_init(&arena, NULL);
    cr_assert_eq(tn_model_lint(model, &arena, &warnings, &count), TN_OK);
    for (size_t i = 0; i < count; i++) {
        cr_assert(i == 0 || warnings[i - 1].where.offset <= warnings[i].where.offset);
        tn_buffer_printf(&out, "%s%zu:%zu: %s", i > 0 ? "\n" : "", warnings[i].where.line,
                         warnings[i].where.column, warnings[i].text);
    }
    tn_buffer_append_char(&out, '\0');
    tn_arena_deinit(&arena);
    return out;
}
