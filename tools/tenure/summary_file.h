/* summary_file.h: customers already summed up: a CSV file with a header and the columns id, x, t_x,
 * T and optionally a mean value, in that order whatever their names. */
#ifndef TN_TOOLS_SUMMARY_FILE_H
#define TN_TOOLS_SUMMARY_FILE_H

#include "base/arena.h"
#include "csv_map.h"
#include "rejects.h"

#include <tenure/btyd.h>

typedef struct tn_summary_file {
    tn_summary *rows; /* weight 1 */
    tn_str *ids;      /* in `arena` */
    size_t count;
    size_t row_capacity, id_capacity;
    bool has_value; /* the mean value's column is there */
    tn_arena arena;
} tn_summary_file;

/* Bad rows go to `rejects`. With --columns the names id, x, t_x, T and m are mapped. */
tn_status tn_summary_file_read(tn_summary_file *file, const char *path,
                               const tn_csv_dialect *dialect, tn_rejects *rejects,
                               tn_error *error) TN_MUST_CHECK;
void tn_summary_file_deinit(tn_summary_file *file);

#endif
