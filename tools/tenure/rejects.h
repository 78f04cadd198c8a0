/* rejects.h: what becomes of rows that cannot be taken: counted, and written with their line and
 * the reason to a file (CSV: line,reason,row,file) or, the first ten, to stderr. */
#ifndef TN_TOOLS_REJECTS_H
#define TN_TOOLS_REJECTS_H

#include "base/bytes.h"
#include "base/file.h"

typedef struct tn_rejects {
    tn_writer *writer; /* NULL: stderr */
    bool is_strict;
    uint64_t count;
    uint64_t shown; /* on stderr, of the present file */
    tn_buffer line; /* being written */
} tn_rejects;

/* `path` NULL: stderr. */
tn_status tn_rejects_open(tn_rejects *rejects, const char *path, bool is_strict,
                          tn_error *error) TN_MUST_CHECK;
void tn_rejects_close(tn_rejects *rejects); /* without a commit the file is not kept */
/* One row. When strict, the error says which and why: TN_BAD_INPUT. */
tn_status tn_rejects_put(tn_rejects *rejects, const char *file, uint64_t line, const char *reason,
                         tn_str row, tn_error *error) TN_MUST_CHECK;
/* After a file: on stderr, how many of its rows were rejected. */
void tn_rejects_end_file(tn_rejects *rejects, const char *file, uint64_t rejected, uint64_t rows);
tn_status tn_rejects_commit(tn_rejects *rejects, tn_error *error) TN_MUST_CHECK;

#endif
