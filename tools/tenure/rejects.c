/* rejects.c: the account of rejected rows. */
#include "rejects.h"

#include "base/error.h"
#include "cli.h"
#include "csv.h"
#include "figures.h"

#include <inttypes.h>
#include <stdio.h>

enum { SHOWN_MAX = 10 };

tn_status tn_rejects_open(tn_rejects *rejects, const char *path, bool is_strict, tn_error *error) {
    *rejects = (tn_rejects){.is_strict = is_strict};
    tn_buffer_init(&rejects->line, NULL);
    if (path == NULL) return TN_OK;
    static const char header[] = "line,reason,row,file\n";
    TN_TRY(tn_writer_open(path, &rejects->writer, error));
    const tn_status status = tn_writer_append(rejects->writer, header, sizeof header - 1, error);
    if (status != TN_OK) tn_rejects_close(rejects);
    return status;
}

void tn_rejects_close(tn_rejects *rejects) {
    tn_writer_close(rejects->writer);
    rejects->writer = NULL;
    tn_buffer_deinit(&rejects->line);
}

static tn_status write_line(tn_rejects *rejects, const char *file, uint64_t line,
                            const char *reason, tn_str row, tn_error *error) {
    tn_buffer *out = &rejects->line;
    tn_buffer_clear(out);
    tn_buffer_printf(out, "%" PRIu64 ",", line);
    tn_csv_append(out, tn_str_of(reason), ',');
    tn_buffer_append_char(out, ',');
    tn_csv_append(out, row, ',');
    tn_buffer_append_char(out, ',');
    tn_csv_append(out, tn_str_of(file), ',');
    tn_buffer_append_char(out, '\n');
    if (out->failed) return tn_fail_memory(error);
    return tn_writer_append(rejects->writer, out->data, out->size, error);
}

tn_status tn_rejects_put(tn_rejects *rejects, const char *file, uint64_t line, const char *reason,
                         tn_str row, tn_error *error) {
    rejects->count++;
    if (rejects->is_strict) {
        tn_fail(error, TN_BAD_INPUT, "%s", reason);
        tn_error_locate(error, file, (size_t)line, 0);
        return TN_BAD_INPUT;
    }
    if (rejects->writer != NULL) return write_line(rejects, file, line, reason, row, error);
    if (rejects->shown < SHOWN_MAX)
        fprintf(stderr, "%s:%" PRIu64 ": rejected: %s\n", file, line, reason);
    rejects->shown++;
    return TN_OK;
}

void tn_rejects_end_file(tn_rejects *rejects, const char *file, uint64_t rejected, uint64_t rows) {
    rejects->shown = 0;
    if (rejected == 0) return;
    const char *advice =
        rejects->writer == NULL && rejected > SHOWN_MAX ? "; --rejects FILE keeps all of them" : "";
    tn_cli_note("%s: %s of %s rows rejected%s", file, tn_figure_count(rejected).text,
                tn_figure_count(rows).text, advice);
}

tn_status tn_rejects_commit(tn_rejects *rejects, tn_error *error) {
    return rejects->writer == NULL ? TN_OK : tn_writer_commit(rejects->writer, error);
}
