/* rows.c: a scan of the base into a file. */
#include "rows.h"

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/file.h"
#include "csv.h"
#include "csv_map.h"

enum { FLUSH_SIZE = 1 << 18, VALUE_SIZE = 64 };

typedef struct row_writer {
    tn_arena arena;
    tn_column_ref *columns;
    const tn_column_info **infos; /* of derived columns; NULL for others */
    size_t count;
    tn_buffer text;
    tn_writer *file;
    uint64_t written;
    tn_status status;
    tn_error *error;
} row_writer;

static const tn_column_info *find_info(const tn_engine_info *info, tn_str name) {
    for (size_t i = 0; i < info->column_count; i++) {
        if (tn_str_equal(info->columns[i].name, name)) return &info->columns[i];
    }
    return NULL;
}

static tn_status reserve_columns(row_writer *writer, size_t count, tn_error *error) {
    writer->columns = tn_arena_array(&writer->arena, count + 1, sizeof *writer->columns);
    writer->infos = tn_arena_array(&writer->arena, count + 1, sizeof *writer->infos);
    return writer->columns == NULL || writer->infos == NULL ? tn_fail_memory(error) : TN_OK;
}

static tn_status select_all(row_writer *writer, const tn_engine *engine, tn_error *error) {
    const tn_engine_info *info = tn_engine_info_view(engine);
    TN_TRY(reserve_columns(writer, info->column_count, error));
    for (size_t i = 0; i < info->column_count; i++) {
        writer->columns[i] = tn_engine_column_derived(engine, i);
        writer->infos[i] = &info->columns[i];
        tn_buffer_append_char(&writer->text, ',');
        tn_csv_append(&writer->text, info->columns[i].name, ',');
    }
    writer->count = info->column_count;
    return TN_OK;
}

static tn_status select_one(row_writer *writer, const tn_engine *engine, tn_str name,
                            tn_error *error) {
    if (tn_str_is(name, "customer")) return TN_OK; /* always there, first */
    TN_TRY(tn_engine_column_find(engine, name, &writer->columns[writer->count], error));
    writer->infos[writer->count++] = find_info(tn_engine_info_view(engine), name);
    tn_buffer_append_char(&writer->text, ',');
    tn_csv_append(&writer->text, name, ',');
    return TN_OK;
}

static tn_status select_named(row_writer *writer, const tn_engine *engine, const char *select,
                              tn_error *error) {
    size_t count = 1;
    for (const char *c = select; *c != '\0'; c++)
        count += *c == ',';
    TN_TRY(reserve_columns(writer, count, error));
    for (const char *name = select; name != NULL;) {
        const char *comma = strchr(name, ',');
        const size_t size = comma == NULL ? strlen(name) : (size_t)(comma - name);
        const tn_str trimmed = tn_str_trim((tn_str){name, size});
        if (trimmed.size == 0)
            return tn_fail(error, TN_BAD_ARGUMENT, "--select: an empty name in '%s'", select);
        TN_TRY(select_one(writer, engine, trimmed, error));
        name = comma == NULL ? NULL : comma + 1;
    }
    return TN_OK;
}

static void append_value(row_writer *writer, size_t column, const tn_value *value) {
    if (value->is_null) return;
    if (value->type == TN_TYPE_TEXT || value->type == TN_TYPE_LEVEL) {
        tn_csv_append(&writer->text, value->as.text, ',');
        return;
    }
    char text[VALUE_SIZE];
    const tn_column_info *info = writer->infos[column];
    const size_t size = info == NULL ? tn_value_format(value, text, sizeof text)
                                     : tn_value_format_column(info, value, text, sizeof text);
    tn_buffer_append(&writer->text, text, size < sizeof text ? size : sizeof text - 1);
}

static tn_status flush(row_writer *writer, tn_error *error) {
    if (writer->text.failed) return tn_fail_memory(error);
    TN_TRY(tn_writer_append(writer->file, writer->text.data, writer->text.size, error));
    tn_buffer_clear(&writer->text);
    return TN_OK;
}

static bool visit(void *context, tn_str id, const tn_value *values) {
    row_writer *writer = context;
    tn_csv_append(&writer->text, id, ',');
    for (size_t i = 0; i < writer->count; i++) {
        tn_buffer_append_char(&writer->text, ',');
        append_value(writer, i, &values[i]);
    }
    tn_buffer_append_char(&writer->text, '\n');
    writer->written++;
    if (writer->text.size >= FLUSH_SIZE || writer->text.failed)
        writer->status = flush(writer, writer->error);
    return writer->status == TN_OK;
}

/* Chooses the columns and writes the header into `text`. */
static tn_status select_columns(row_writer *writer, const tn_engine *engine, const tn_rows *rows,
                                tn_error *error) {
    tn_buffer_append_str(&writer->text, "customer");
    if (rows->select == NULL)
        TN_TRY(select_all(writer, engine, error));
    else
        TN_TRY(select_named(writer, engine, rows->select, error));
    tn_buffer_append_char(&writer->text, '\n');
    return writer->text.failed ? tn_fail_memory(error) : TN_OK;
}

static tn_status scan_rows(row_writer *writer, const tn_engine *engine, const tn_rows *rows,
                           tn_scan_visit *visitor, tn_error *error) {
    tn_scan scan = {
        .columns = writer->columns, .column_count = writer->count, .sorted_by_id = true};
    if (rows->where != NULL) scan.where = tn_str_of(rows->where);
    const tn_status status = tn_engine_scan(engine, &scan, visitor, writer, error);
    if (status == TN_BAD_EXPRESSION && error != NULL && error->file[0] == '\0')
        tn_error_locate(error, "--where", error->line, error->column);
    return status;
}

static tn_status write_rows(row_writer *writer, const tn_engine *engine, const tn_rows *rows,
                            tn_error *error) {
    TN_TRY(select_columns(writer, engine, rows, error));
    TN_TRY(tn_writer_open(rows->path, &writer->file, error));
    TN_TRY(scan_rows(writer, engine, rows, visit, error));
    TN_TRY(writer->status);
    TN_TRY(flush(writer, error));
    return tn_writer_commit(writer->file, error);
}

static void row_writer_init(row_writer *writer, tn_error *error) {
    *writer = (row_writer){.error = error};
    tn_arena_init(&writer->arena, NULL);
    tn_buffer_init(&writer->text, NULL);
}

static void row_writer_deinit(row_writer *writer) {
    tn_writer_close(writer->file);
    tn_buffer_deinit(&writer->text);
    tn_arena_deinit(&writer->arena);
}

tn_status tn_rows_write(const tn_engine *engine, const tn_rows *rows, uint64_t *written,
                        tn_error *error) {
    row_writer writer;
    row_writer_init(&writer, error);
    const tn_status status = write_rows(&writer, engine, rows, error);
    if (status == TN_OK) *written = writer.written;
    row_writer_deinit(&writer);
    return status;
}

static bool visit_nothing(void *context, tn_str id, const tn_value *values) {
    (void)context;
    (void)id;
    (void)values;
    return false;
}

tn_status tn_rows_check(const tn_engine *engine, const tn_rows *rows, tn_error *error) {
    row_writer writer;
    row_writer_init(&writer, error);
    tn_status status = select_columns(&writer, engine, rows, error);
    if (status == TN_OK) status = scan_rows(&writer, engine, rows, visit_nothing, error);
    row_writer_deinit(&writer);
    return status;
}
