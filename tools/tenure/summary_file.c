/* summary_file.c: x, t_x, T and m of each customer from CSV. */
#include "summary_file.h"

#include "base/error.h"
#include "cli.h"
#include "csv_table.h"
#include "progress.h"

#include <stdio.h>

enum { COLUMN_ID, COLUMN_X, COLUMN_T_X, COLUMN_T, COLUMN_M, COLUMN_COUNT, REASON_SIZE = 1280 };

static const char *const column_names[COLUMN_COUNT] = {"id", "x", "t_x", "T", "m"};

static bool parse_row(const tn_csv_table *table, bool has_value, tn_summary *out, char *reason) {
    double *const targets[COLUMN_COUNT] = {NULL, &out->x, &out->t_x, &out->T, &out->m};
    *out = (tn_summary){.weight = 1};
    for (size_t i = COLUMN_X; i < (has_value ? COLUMN_COUNT : COLUMN_M); i++) {
        const tn_str text = tn_csv_table_field(table, i);
        if (!tn_csv_number(column_names[i], text, targets[i], reason, REASON_SIZE)) return false;
    }
    tn_error why = {0};
    if (tn_summary_check(out, &why) == TN_OK) return true;
    snprintf(reason, REASON_SIZE, "%s", why.message);
    return false;
}

static tn_status keep_row(tn_summary_file *file, tn_str id, const tn_summary *row,
                          tn_error *error) {
    const char *copy = tn_arena_copy(&file->arena, id.data, id.size);
    if (copy == NULL ||
        !tn_array_reserve(NULL, (void **)&file->rows, &file->row_capacity, file->count + 1,
                          sizeof *file->rows) ||
        !tn_array_reserve(NULL, (void **)&file->ids, &file->id_capacity, file->count + 1,
                          sizeof *file->ids))
        return tn_fail_memory(error);
    file->rows[file->count] = *row;
    file->ids[file->count++] = (tn_str){copy, id.size};
    return TN_OK;
}

static tn_status read_rows(tn_summary_file *file, tn_csv_table *table, const char *name,
                           tn_rejects *rejects, tn_error *error) {
    tn_progress progress;
    tn_progress_start(&progress, name);
    uint64_t rejected = 0;
    for (;;) {
        bool has_row = false;
        TN_TRY(tn_csv_table_next(table, &has_row, error));
        if (!has_row) break;
        char reason[REASON_SIZE];
        tn_summary summary;
        const char *problem = table->row.problem;
        if (problem == NULL && !parse_row(table, file->has_value, &summary, reason))
            problem = reason;
        if (problem == NULL) {
            TN_TRY(keep_row(file, tn_csv_table_field(table, COLUMN_ID), &summary, error));
        } else {
            rejected++;
            TN_TRY(tn_rejects_put(rejects, name, table->row.line, problem, table->row.raw, error));
        }
        tn_progress_update(&progress, tn_csv_offset(table->csv), tn_csv_size(table->csv));
    }
    tn_progress_stop(&progress);
    tn_rejects_end_file(rejects, name, rejected, table->rows);
    return TN_OK;
}

/* Without --columns the names in the header are of no matter, only their order. */
static tn_status map_by_order(tn_csv_table *table, size_t fields, tn_error *error) {
    if (fields < COLUMN_M)
        return tn_fail(error, TN_BAD_INPUT,
                       "a summary has the columns id,x,t_x,T and optionally a mean value; there "
                       "are %zu",
                       fields);
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        table->map.field_of[i] = i < fields ? (int32_t)i : -1;
    table->map.field_count = fields;
    return TN_OK;
}

static tn_status open_table(tn_csv_table *table, const tn_csv_file *file,
                            const tn_csv_dialect *dialect, tn_error *error) {
    tn_column_mappings mappings;
    TN_TRY(tn_column_mappings_init(&mappings, dialect->columns, error));
    tn_status status = tn_column_mappings_check(&mappings, file, 1, error);
    if (status == TN_OK) status = tn_csv_table_open(table, file, dialect, &mappings, error);
    tn_column_mappings_deinit(&mappings);
    return status;
}

static tn_status read_table(tn_summary_file *file, const char *path, const tn_csv_dialect *dialect,
                            tn_rejects *rejects, tn_error *error) {
    /* By order, every column may be missing by name. */
    const bool by_name = dialect->columns != NULL;
    tn_column_want wants[COLUMN_COUNT];
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        wants[i] = (tn_column_want){tn_str_of(column_names[i]), by_name && i != COLUMN_M};
    const tn_csv_file about = {.kind = "summary",
                               .path = path,
                               .wants = wants,
                               .want_count = COLUMN_COUNT,
                               .extra_is_silent = !by_name};
    tn_csv_table table;
    TN_TRY(open_table(&table, &about, dialect, error));
    tn_status status = TN_OK;
    if (!by_name) status = map_by_order(&table, table.row.count, error);
    if (status != TN_OK) tn_error_locate(error, tn_cli_file_name(path), 1, 0);
    file->has_value = tn_csv_table_has(&table, COLUMN_M);
    if (status == TN_OK) status = read_rows(file, &table, tn_cli_file_name(path), rejects, error);
    tn_csv_table_close(&table);
    return status;
}

tn_status tn_summary_file_read(tn_summary_file *file, const char *path,
                               const tn_csv_dialect *dialect, tn_rejects *rejects,
                               tn_error *error) {
    *file = (tn_summary_file){0};
    tn_arena_init(&file->arena, NULL);
    const tn_status status = read_table(file, path, dialect, rejects, error);
    if (status != TN_OK) tn_summary_file_deinit(file);
    return status;
}

void tn_summary_file_deinit(tn_summary_file *file) {
    tn_free(NULL, file->rows, file->row_capacity * sizeof *file->rows);
    tn_free(NULL, file->ids, file->id_capacity * sizeof *file->ids);
    tn_arena_deinit(&file->arena);
    *file = (tn_summary_file){0};
}
