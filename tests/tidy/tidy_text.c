/* tidy_text.c: reading sources and blanking what is not code. */
#include "tidy/tidy_text.h"

#include "base/assert.h"
#include "base/file.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { SOURCE_SIZE_MAX = 8 << 20 };

/* Passes a literal that starts at `at`, blanking what is between its quotes. */
static size_t blank_literal(char *code, size_t size, size_t at) {
    const char quote = code[at++];
    while (at < size && code[at] != quote && code[at] != '\n') {
        const size_t step = code[at] == '\\' && at + 1 < size && code[at + 1] != '\n' ? 2 : 1;
        memset(code + at, ' ', step);
        at += step;
    }
    return at < size ? at + 1 : at;
}

static size_t blank_comment(char *code, size_t size, size_t at) {
    const bool is_line = code[at + 1] == '/';
    const size_t start = at;
    for (at += 2; at < size; at++) {
        if (is_line && code[at] == '\n') break;
        if (!is_line && at >= start + 3 && code[at] == '/' && code[at - 1] == '*') {
            at++;
            break;
        }
    }
    for (size_t i = start; i < at; i++) {
        if (code[i] != '\n') code[i] = ' ';
    }
    return at;
}

static void blank_non_code(char *code, size_t size) {
    for (size_t at = 0; at < size;) {
        const char next = at + 1 < size ? code[at + 1] : '\0';
        if (code[at] == '/' && (next == '/' || next == '*'))
            at = blank_comment(code, size, at);
        else if (code[at] == '"' || code[at] == '\'')
            at = blank_literal(code, size, at);
        else
            at++;
    }
}

void tidy_file_init(tn_arena *arena, const char *path, tn_str raw, tidy_file *out) {
    char *code = tn_arena_copy(arena, raw.data, raw.size);
    const char *raw_copy = tn_arena_copy(arena, raw.data, raw.size);
    const char *path_copy = tn_arena_copy(arena, path, strlen(path));
    TN_ASSERT(code != NULL && raw_copy != NULL && path_copy != NULL);
    blank_non_code(code, raw.size);
    *out = (tidy_file){path_copy, {raw_copy, raw.size}, {code, raw.size}};
}

static tidy_file *files_append(tn_arena *arena, tidy_files *files) {
    if (files->count == files->capacity) {
        const size_t capacity = files->capacity == 0 ? 64 : 2 * files->capacity;
        tidy_file *grown = tn_arena_array(arena, capacity, sizeof *grown);
        TN_ASSERT(grown != NULL);
        if (files->count > 0) memcpy(grown, files->items, files->count * sizeof *grown);
        files->items = grown;
        files->capacity = capacity;
    }
    return &files->items[files->count++];
}

static bool has_ending(const char *name, const char *const *endings) {
    for (; *endings != NULL; endings++) {
        if (tidy_ends_with(tn_str_of(name), *endings)) return true;
    }
    return false;
}

/* "a/b" in the arena. */
static const char *join_path(tn_arena *arena, const char *a, const char *b) {
    tn_buffer buffer;
    tn_buffer_init(&buffer, NULL);
    tn_buffer_printf(&buffer, "%s/%s", a, b);
    const char *path = tn_arena_copy(arena, buffer.data, buffer.size);
    tn_buffer_deinit(&buffer);
    TN_ASSERT(path != NULL);
    return path;
}

static void read_one(tn_arena *arena, const char *root, const char *path, tidy_files *out) {
    const char *full = join_path(arena, root, path);
    tn_buffer buffer;
    tn_buffer_init(&buffer, NULL);
    TN_ASSERT(tn_file_read(full, SOURCE_SIZE_MAX, &buffer, NULL) == TN_OK);
    tidy_file_init(arena, path, (tn_str){buffer.data, buffer.size}, files_append(arena, out));
    tn_buffer_deinit(&buffer);
}

void tidy_files_read(tn_arena *arena, const char *root, const char *folder,
                     const char *const *endings, tidy_files *out) {
    struct dirent **entries = NULL;
    const int count = scandir(join_path(arena, root, folder), &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const struct dirent *entry = entries[i];
        const char *path = join_path(arena, folder, entry->d_name);
        if (entry->d_name[0] != '.') {
            if (entry->d_type == DT_DIR)
                tidy_files_read(arena, root, path, endings, out);
            else if (has_ending(entry->d_name, endings))
                read_one(arena, root, path, out);
        }
        free(entries[i]);
    }
    free(entries);
}

void tidy_findings_init(tidy_findings *findings) {
    *findings = (tidy_findings){0};
    tn_buffer_init(&findings->text, NULL);
}

void tidy_findings_deinit(tidy_findings *findings) {
    tn_buffer_deinit(&findings->text);
}

size_t tidy_line_of(tn_str text, size_t offset) {
    size_t line = 1;
    for (size_t i = 0; i < offset && i < text.size; i++)
        line += text.data[i] == '\n';
    return line;
}

void tidy_complain(tidy_findings *findings, const tidy_file *file, size_t offset,
                   const char *format, ...) {
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    size_t start = offset < file->raw.size ? offset : file->raw.size;
    while (start > 0 && file->raw.data[start - 1] != '\n')
        start--;
    tn_str line = {"", 0};
    tidy_next_line(file->raw, &start, &line);
    tn_buffer *text = &findings->text;
    if (findings->count++ > 0) text->size--; /* the NUL */
    tn_buffer_printf(text, "%s:%zu: %s\n    %.*s\n", file->path, tidy_line_of(file->raw, offset),
                     message, (int)(line.size < 160 ? line.size : 160), line.data);
    tn_buffer_append_char(text, '\0');
}

bool tidy_starts_with(tn_str text, const char *prefix) {
    const size_t size = strlen(prefix);
    return text.size >= size && memcmp(text.data, prefix, size) == 0;
}

bool tidy_ends_with(tn_str text, const char *ending) {
    const size_t size = strlen(ending);
    return text.size >= size && memcmp(text.data + text.size - size, ending, size) == 0;
}

bool tidy_next_line(tn_str text, size_t *offset, tn_str *line) {
    if (*offset >= text.size) return false;
    const char *start = text.data + *offset;
    const char *end = memchr(start, '\n', text.size - *offset);
    const size_t size = end == NULL ? text.size - *offset : (size_t)(end - start);
    *line = (tn_str){start, size};
    *offset += size + 1;
    return true;
}
