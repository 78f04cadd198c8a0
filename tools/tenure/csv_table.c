/* csv_table.c: rows by column. */
#include "csv_table.h"

#include "base/error.h"
#include "cli.h"

#include <ctype.h>
#include <stdio.h>

/* Messages name the file. */
static tn_status in_file(const tn_csv_table *table, tn_status status, tn_error *error) {
    if (status != TN_OK && error != NULL && error->file[0] == '\0' && status != TN_OUT_OF_MEMORY)
        tn_error_locate(error, tn_cli_file_name(table->file->path), 0, 0);
    return status;
}

static tn_status read_header(tn_csv_table *table, const tn_csv_dialect *dialect,
                             const tn_column_mappings *mappings, tn_error *error) {
    bool has_row = false;
    TN_TRY(tn_csv_next(table->csv, &table->row, &has_row, error));
    if (dialect->has_no_header) {
        TN_TRY(tn_csv_map_init(&table->map, table->file, mappings, NULL, error));
        table->has_first = has_row;
        return TN_OK;
    }
    if (!has_row)
        return tn_fail(error, TN_BAD_INPUT, "the file is empty: a line of column names is wanted");
    if (table->row.problem != NULL) {
        tn_fail(error, TN_BAD_INPUT, "no line of column names: %s", table->row.problem);
        tn_error_locate(error, tn_cli_file_name(table->file->path), (size_t)table->row.line, 0);
        return TN_BAD_INPUT;
    }
    return tn_csv_map_init(&table->map, table->file, mappings, &table->row, error);
}

tn_status tn_csv_table_open(tn_csv_table *table, const tn_csv_file *file,
                            const tn_csv_dialect *dialect, const tn_column_mappings *mappings,
                            tn_error *error) {
    *table = (tn_csv_table){.file = file};
    char delimiter = ',';
    TN_TRY(tn_csv_delimiter(dialect->delimiter, &delimiter, error));
    TN_TRY(tn_csv_open(file->path, delimiter, &table->csv, error));
    const tn_status status = in_file(table, read_header(table, dialect, mappings, error), error);
    if (status != TN_OK) tn_csv_table_close(table);
    return status;
}

void tn_csv_table_close(tn_csv_table *table) {
    tn_csv_map_deinit(&table->map);
    tn_csv_close(table->csv);
    table->csv = NULL;
}

static bool is_only_more_empty_fields(const tn_csv_row *row, size_t wanted) {
    if (row->count < wanted) return false;
    for (size_t i = wanted; i < row->count; i++) {
        if (row->fields[i].size > 0) return false;
    }
    return true;
}

/* Without a header the first good row sets the number of fields. */
static bool learn_field_count(tn_csv_table *table) {
    const size_t count = table->row.count;
    for (size_t i = 0; i < table->map.want_count; i++) {
        if (table->map.field_of[i] < (int32_t)count) continue;
        snprintf(table->problem, sizeof table->problem, "%zu fields, so no column %d", count,
                 (int)table->map.field_of[i] + 1);
        return false;
    }
    table->map.field_count = count;
    return true;
}

static bool field_count_is_right(tn_csv_table *table) {
    if (table->map.field_count == 0) return learn_field_count(table);
    const tn_csv_row *row = &table->row;
    const size_t wanted = table->map.field_count;
    if (row->count == wanted || is_only_more_empty_fields(row, wanted)) return true;
    const char *advice = row->count > wanted ? " (a delimiter in a field needs quotes)" : "";
    snprintf(table->problem, sizeof table->problem, "%zu fields where %zu are expected%s",
             row->count, wanted, advice);
    return false;
}

tn_status tn_csv_table_next(tn_csv_table *table, bool *has_row, tn_error *error) {
    if (table->has_first) {
        table->has_first = false;
        *has_row = true;
    } else {
        TN_TRY(in_file(table, tn_csv_next(table->csv, &table->row, has_row, error), error));
    }
    if (!*has_row) return TN_OK;
    if (table->row.problem == NULL && !field_count_is_right(table))
        table->row.problem = table->problem;
    table->rows++;
    return TN_OK;
}

tn_str tn_csv_table_field(const tn_csv_table *table, size_t want) {
    const int32_t field = table->map.field_of[want];
    return field < 0 ? (tn_str){"", 0} : table->row.fields[field];
}

bool tn_csv_table_has(const tn_csv_table *table, size_t want) {
    return table->map.field_of[want] >= 0;
}

/* What is wrong with a text that is no number. */
static const char *number_advice(tn_str text) {
    bool has_comma = false;
    bool has_digit = false;
    bool has_other = false;
    for (size_t i = 0; i < text.size; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        has_comma |= c == ',' || c == '\'';
        has_digit |= isdigit(c) != 0;
        has_other |= c >= 0x80 || c == '$' || isalpha(c) != 0;
    }
    if (text.size == 0) return "is empty";
    if (has_digit && has_comma)
        return "has a separator of thousands or a decimal comma; write 1234.5";
    if (has_digit && has_other) return "has a currency sign or a unit; write the number alone";
    return "is no number";
}

bool tn_csv_number(const char *column, tn_str text, double *out, char *reason, size_t reason_size) {
    text = tn_str_trim(text);
    if (tn_cli_number(text, out)) return true;
    const int size = text.size > 40 ? 40 : (int)text.size;
    snprintf(reason, reason_size, "%s '%.*s'%s %s", column, size, text.data,
             text.size > 40 ? "…" : "", number_advice(text));
    return false;
}
