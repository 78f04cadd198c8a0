/* rows.h: the rows that `score` writes: CSV, `customer` and the chosen columns, sorted by id. */
#ifndef TN_TOOLS_ROWS_H
#define TN_TOOLS_ROWS_H

#include <tenure/engine.h>

typedef struct tn_rows {
    const char *select; /* names of columns with commas between; NULL: every derived column */
    const char *where;  /* an expression; NULL: everybody */
    const char *path;   /* "-" is stdout */
} tn_rows;

/* Whether the columns and the expression are good for this engine, which may still be empty. */
tn_status tn_rows_check(const tn_engine *engine, const tn_rows *rows,
                        tn_error *error) TN_MUST_CHECK;
tn_status tn_rows_write(const tn_engine *engine, const tn_rows *rows, uint64_t *written,
                        tn_error *error) TN_MUST_CHECK;

#endif
