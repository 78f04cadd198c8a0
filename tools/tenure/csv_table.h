/* csv_table.h: a CSV file under its header: rows whose fields are known by column, broken rows
 * sorted out with a reason. */
#ifndef TN_TOOLS_CSV_TABLE_H
#define TN_TOOLS_CSV_TABLE_H

#include "csv_map.h"

typedef struct tn_csv_table {
    const tn_csv_file *file; /* borrowed, as is what it points to */
    tn_csv *csv;
    tn_csv_map map;
    bool has_first; /* without a header: the first row, read already, is still to be handed out */
    tn_csv_row row; /* the present one; `problem` says why it cannot be used */
    uint64_t rows;  /* so far, without the header */
    char problem[160];
} tn_csv_table;

/* Opens the file and reads its header. A file without a byte is an error when there should be a
 * header. */
tn_status tn_csv_table_open(tn_csv_table *table, const tn_csv_file *file,
                            const tn_csv_dialect *dialect, const tn_column_mappings *mappings,
                            tn_error *error) TN_MUST_CHECK;
void tn_csv_table_close(tn_csv_table *table);

/* The next row; *has_row false at the end. Its `problem` is set when it is no CSV or has another
 * number of fields than the header (empty fields more at its end are forgiven). */
tn_status tn_csv_table_next(tn_csv_table *table, bool *has_row, tn_error *error) TN_MUST_CHECK;
/* The present row's field of column `want`; empty when the file has no such column. */
tn_str tn_csv_table_field(const tn_csv_table *table, size_t want);
bool tn_csv_table_has(const tn_csv_table *table, size_t want);

/* A plain number, blanks around it forgiven. On failure writes into `reason` what is wrong and what
 * to do, for currency signs, separators of thousands and decimal commas. */
bool tn_csv_number(const char *column, tn_str text, double *out, char *reason, size_t reason_size);

#endif
