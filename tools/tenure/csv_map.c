/* csv_map.c: from names and numbers of columns to the fields of a row. */
#include "csv_map.h"

#include "base/error.h"
#include "base/number.h"
#include "cli.h"

#include <ctype.h>
#include <stdio.h>
#include <tenure/limits.h>

enum { NAMES_MAX = 1100, NO_FIELD = -1 };

tn_str tn_str_trim(tn_str text) {
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
        text.size--;
    return text;
}

tn_status tn_csv_delimiter(const char *text, char *out, tn_error *error) {
    static const struct {
        const char *name;
        char character;
    } names[] = {{"tab", '\t'},      {"\\t", '\t'}, {"\t", '\t'},   {"space", ' '}, {" ", ' '},
                 {"semicolon", ';'}, {"pipe", '|'}, {"comma", ','}, {NULL, 0}};
    *out = ',';
    if (text == NULL) return TN_OK;
    for (size_t i = 0; names[i].name != NULL; i++) {
        if (strcmp(text, names[i].name) != 0) continue;
        *out = names[i].character;
        return TN_OK;
    }
    if (strlen(text) != 1 || !ispunct((unsigned char)text[0]) || strchr("\"-.+", text[0]) != NULL)
        return tn_fail(error, TN_BAD_ARGUMENT, "--delimiter is one of , ; | : tab space, not '%s'",
                       text);
    *out = text[0];
    return TN_OK;
}

/* ---- --columns ---- */

static const char *const file_kinds[] = {"customers", "transactions", "events", "summary"};

static tn_str take_file_kind(tn_str *name) {
    const char *dot = name->size == 0 ? NULL : memchr(name->data, '.', name->size);
    if (dot == NULL) return (tn_str){0};
    const tn_str kind = {name->data, (size_t)(dot - name->data)};
    for (size_t i = 0; i < sizeof file_kinds / sizeof file_kinds[0]; i++) {
        if (!tn_str_is(kind, file_kinds[i])) continue;
        name->data = dot + 1;
        name->size -= kind.size + 1;
        return kind;
    }
    return (tn_str){0};
}

static tn_status parse_mapping(tn_column_mappings *mappings, tn_str field, tn_error *error) {
    const char *copy = tn_arena_copy(&mappings->arena, field.data, field.size);
    if (copy == NULL) return tn_fail_memory(error);
    const char *equals = strchr(copy, '=');
    if (equals == NULL || equals == copy || equals[1] == '\0')
        return tn_fail(error, TN_BAD_ARGUMENT,
                       "--columns is NAME=COLUMN,NAME=COLUMN,…; '%s' is not of this form", copy);
    tn_column_mapping *mapping = &mappings->list[mappings->count++];
    mapping->name = tn_str_trim((tn_str){copy, (size_t)(equals - copy)});
    mapping->source = tn_str_trim(tn_str_of(equals + 1));
    mapping->file = take_file_kind(&mapping->name);
    return TN_OK;
}

static tn_status parse_mappings(tn_column_mappings *mappings, tn_csv *csv, tn_error *error) {
    tn_csv_row row;
    bool has_row = false;
    TN_TRY(tn_csv_next(csv, &row, &has_row, error));
    if (!has_row || row.problem != NULL)
        return tn_fail(error, TN_BAD_ARGUMENT, "--columns is NAME=COLUMN,NAME=COLUMN,…");
    mappings->list = tn_arena_array(&mappings->arena, row.count, sizeof *mappings->list);
    if (mappings->list == NULL) return tn_fail_memory(error);
    for (size_t i = 0; i < row.count; i++)
        TN_TRY(parse_mapping(mappings, row.fields[i], error));
    return TN_OK;
}

tn_status tn_column_mappings_init(tn_column_mappings *mappings, const char *columns,
                                  tn_error *error) {
    *mappings = (tn_column_mappings){0};
    tn_arena_init(&mappings->arena, NULL);
    if (columns == NULL) return TN_OK;
    tn_csv *csv = NULL;
    TN_TRY(tn_csv_open_text(tn_str_of(columns), ',', &csv, error));
    const tn_status status = parse_mappings(mappings, csv, error);
    tn_csv_close(csv);
    if (status != TN_OK) tn_column_mappings_deinit(mappings);
    return status;
}

void tn_column_mappings_deinit(tn_column_mappings *mappings) {
    tn_arena_deinit(&mappings->arena);
    mappings->list = NULL;
    mappings->count = 0;
}

static bool mapping_concerns(const tn_column_mapping *mapping, const tn_csv_file *file) {
    return mapping->file.size == 0 || tn_str_is(mapping->file, file->kind);
}

static const tn_column_mapping *find_mapping(const tn_column_mappings *mappings,
                                             const tn_csv_file *file, tn_str name) {
    for (size_t i = 0; i < mappings->count; i++) {
        const tn_column_mapping *mapping = &mappings->list[i];
        if (mapping_concerns(mapping, file) && tn_str_equal(mapping->name, name)) return mapping;
    }
    return NULL;
}

static int find_want(const tn_csv_file *file, tn_str name) {
    for (size_t i = 0; i < file->want_count; i++) {
        if (tn_str_equal(file->wants[i].name, name)) return (int)i;
    }
    return -1;
}

/* Adds "did you mean …" with the nearest of the file's columns, or all of them. */
static void suggest_want(const tn_csv_file *file, tn_str name, tn_error *error) {
    const char *names[NAMES_MAX] = {NULL};
    char texts[NAMES_MAX][TN_NAME_SIZE_MAX + 1];
    size_t count = 0;
    for (; count < file->want_count && count < NAMES_MAX; count++) {
        const tn_str want = file->wants[count].name;
        const size_t size = want.size < TN_NAME_SIZE_MAX ? want.size : TN_NAME_SIZE_MAX;
        memcpy(texts[count], want.data, size);
        texts[count][size] = '\0';
        names[count] = texts[count];
    }
    const int nearest = tn_nearest_name(name.data, name.size, names, count);
    if (nearest >= 0) {
        tn_error_detail(error, "did you mean '%s'?", names[nearest]);
        return;
    }
    tn_error_detail(error, "columns of %s:", file->kind);
    for (size_t i = 0; i < count; i++)
        tn_error_detail(error, "%s %s", i == 0 ? "" : ",", names[i]);
}

tn_status tn_column_mappings_check(const tn_column_mappings *mappings, const tn_csv_file *files,
                                   size_t file_count, tn_error *error) {
    for (size_t i = 0; i < mappings->count; i++) {
        const tn_column_mapping *mapping = &mappings->list[i];
        const tn_csv_file *concerned = NULL;
        bool is_known = false;
        for (size_t k = 0; k < file_count; k++) {
            if (!mapping_concerns(mapping, &files[k])) continue;
            concerned = &files[k];
            if (find_want(concerned, mapping->name) >= 0) is_known = true;
        }
        if (is_known || (concerned == NULL && mapping->file.size > 0)) continue;
        tn_fail(error, TN_BAD_ARGUMENT, "--columns: there is no column '%.*s' to map",
                (int)mapping->name.size, mapping->name.data);
        if (concerned != NULL) suggest_want(concerned, mapping->name, error);
        return TN_BAD_ARGUMENT;
    }
    return TN_OK;
}

/* ---- a header ---- */

static tn_status fail_at_header(const tn_csv_file *file, uint64_t line, tn_error *error) {
    tn_error_locate(error, tn_cli_file_name(file->path), (size_t)line, 0);
    return TN_BAD_INPUT;
}

/* The field with this name; NO_FIELD without one. A name that stands twice is an error. */
static tn_status find_field(const tn_csv_file *file, const tn_csv_row *header, tn_str name,
                            int32_t *out, tn_error *error) {
    *out = NO_FIELD;
    for (size_t i = 0; i < header->count; i++) {
        if (!tn_str_equal(tn_str_trim(header->fields[i]), name)) continue;
        if (*out != NO_FIELD) {
            tn_fail(error, TN_BAD_INPUT, "two columns are named '%.*s'", (int)name.size, name.data);
            return fail_at_header(file, header->line, error);
        }
        *out = (int32_t)i;
    }
    return TN_OK;
}

static void suggest_field(const tn_csv_row *header, tn_str name, tn_error *error) {
    tn_error_detail(error, "the header has:");
    for (size_t i = 0; i < header->count && i < 40; i++) {
        const tn_str field = tn_str_trim(header->fields[i]);
        const int size = field.size > 60 ? 60 : (int)field.size;
        tn_error_detail(error, "%s '%.*s'", i == 0 ? "" : ",", size, field.data);
    }
    tn_error_detail(error, "\n--columns %.*s=NAME maps one of them (--no-header: there is none)",
                    (int)name.size, name.data);
}

static tn_status fail_missing(const tn_csv_file *file, const tn_csv_row *header, tn_str name,
                              const tn_column_mapping *mapping, tn_error *error) {
    const tn_str missing = mapping == NULL ? name : mapping->source;
    tn_fail(error, TN_BAD_INPUT, "there is no column '%.*s'", (int)missing.size, missing.data);
    fail_at_header(file, header->line, error);
    suggest_field(header, name, error);
    return TN_BAD_INPUT;
}

static tn_status map_by_name(tn_csv_map *map, const tn_csv_file *file,
                             const tn_column_mappings *mappings, const tn_csv_row *header,
                             tn_error *error) {
    for (size_t i = 0; i < file->want_count; i++) {
        const tn_column_want *want = &file->wants[i];
        const tn_column_mapping *mapping = find_mapping(mappings, file, want->name);
        int32_t field = NO_FIELD;
        if (mapping != NULL) TN_TRY(find_field(file, header, mapping->source, &field, error));
        /* A mapping without a file may be meant for another file. */
        if (field == NO_FIELD && (mapping == NULL || mapping->file.size == 0))
            TN_TRY(find_field(file, header, want->name, &field, error));
        if (field == NO_FIELD && want->is_required)
            return fail_missing(file, header, want->name, mapping, error);
        map->field_of[i] = field;
    }
    map->field_count = header->count;
    return TN_OK;
}

static bool field_is_mapped(const tn_csv_map *map, size_t field) {
    for (size_t i = 0; i < map->want_count; i++) {
        if (map->field_of[i] == (int32_t)field) return true;
    }
    return false;
}

/* Refuses, or notes in one line, the columns that nothing wants. */
static tn_status handle_extra(const tn_csv_map *map, const tn_csv_file *file,
                              const tn_csv_row *header, tn_error *error) {
    char note[512] = "";
    size_t used = 0;
    for (size_t i = 0; i < header->count; i++) {
        const tn_str name = tn_str_trim(header->fields[i]);
        if (field_is_mapped(map, i) || name.size == 0) continue;
        const int size = name.size > 60 ? 60 : (int)name.size;
        if (file->extra_is_error) {
            tn_fail(error, TN_BAD_INPUT, "'%.*s' is no attribute of the model", size, name.data);
            fail_at_header(file, header->line, error);
            suggest_want(file, name, error);
            tn_error_detail(error, "\n--ignore-unknown passes over such columns");
            return TN_BAD_INPUT;
        }
        if (used + 70 < sizeof note)
            used += (size_t)snprintf(note + used, sizeof note - used, "%s%.*s",
                                     used == 0 ? "" : ", ", size, name.data);
    }
    if (used > 0 && !file->extra_is_silent)
        tn_cli_note("note: %s: ignored: %s", tn_cli_file_name(file->path), note);
    return TN_OK;
}

/* ---- no header ---- */

static tn_status parse_column_number(const tn_column_mapping *mapping, int32_t *field,
                                     tn_error *error) {
    int64_t number = 0;
    if (!tn_parse_int64(mapping->source, &number) || number < 1 || number > 100000)
        return tn_fail(error, TN_BAD_ARGUMENT,
                       "--columns: '%.*s' is no column number; with --no-header columns are "
                       "numbered from 1",
                       (int)mapping->source.size, mapping->source.data);
    *field = (int32_t)number - 1;
    return TN_OK;
}

static tn_status map_by_number(tn_csv_map *map, const tn_csv_file *file,
                               const tn_column_mappings *mappings, tn_error *error) {
    for (size_t i = 0; i < file->want_count; i++) {
        const tn_column_mapping *mapping = find_mapping(mappings, file, file->wants[i].name);
        map->field_of[i] = NO_FIELD;
        if (mapping != NULL) TN_TRY(parse_column_number(mapping, &map->field_of[i], error));
    }
    for (size_t i = 0; i < file->want_count; i++) {
        if (map->field_of[i] != NO_FIELD || !file->wants[i].is_required) continue;
        if (field_is_mapped(map, i))
            return tn_fail(error, TN_BAD_ARGUMENT, "--columns: which column is '%.*s'?",
                           (int)file->wants[i].name.size, file->wants[i].name.data);
        map->field_of[i] = (int32_t)i;
    }
    map->field_count = 0;
    return TN_OK;
}

/* No field may feed two columns. */
static tn_status check_distinct(const tn_csv_map *map, const tn_csv_file *file, tn_error *error) {
    for (size_t i = 0; i < map->want_count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (map->field_of[i] == NO_FIELD || map->field_of[i] != map->field_of[k]) continue;
            const tn_str one = file->wants[k].name;
            const tn_str two = file->wants[i].name;
            return tn_fail(error, TN_BAD_ARGUMENT,
                           "columns '%.*s' and '%.*s' are both taken from column %d", (int)one.size,
                           one.data, (int)two.size, two.data, (int)map->field_of[i] + 1);
        }
    }
    return TN_OK;
}

tn_status tn_csv_map_init(tn_csv_map *map, const tn_csv_file *file,
                          const tn_column_mappings *mappings, const tn_csv_row *header,
                          tn_error *error) {
    *map = (tn_csv_map){.want_count = file->want_count};
    map->field_of = tn_alloc_array(NULL, file->want_count, sizeof *map->field_of);
    if (map->field_of == NULL) return tn_fail_memory(error);
    tn_status status = header == NULL ? map_by_number(map, file, mappings, error)
                                      : map_by_name(map, file, mappings, header, error);
    if (status == TN_OK) status = check_distinct(map, file, error);
    if (status == TN_OK && header != NULL) status = handle_extra(map, file, header, error);
    if (status != TN_OK) tn_csv_map_deinit(map);
    return status;
}

void tn_csv_map_deinit(tn_csv_map *map) {
    tn_free(NULL, map->field_of, map->want_count * sizeof *map->field_of);
    map->field_of = NULL;
}
