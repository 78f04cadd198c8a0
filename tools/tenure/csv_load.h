/* csv_load.h: CSV files into an engine, in batches. */
#ifndef TN_TOOLS_CSV_LOAD_H
#define TN_TOOLS_CSV_LOAD_H

#include "csv_map.h"
#include "rejects.h"

#include <tenure/engine.h>

/* What was read from one file. */
typedef struct tn_load_account {
    const char *file; /* its name, borrowed from the path */
    uint64_t rows, applied, rejected;
    uint64_t after_as_of; /* events left out because they lie after the as-of */
    double seconds;
} tn_load_account;

/* The three kinds of file. NULL: not given; "-" is stdin, for one of them. */
typedef struct tn_load_paths {
    const char *customers, *transactions, *events;
} tn_load_paths;

enum { TN_LOAD_FILES_MAX = 3 };

/* Loads the files that are given, in the order above. accounts[0 .. *account_count) tell of each.
 * Notes and the first rejected rows go to stderr. */
tn_status tn_load_files(tn_engine *engine, const tn_load_paths *paths,
                        const tn_csv_dialect *dialect, tn_rejects *rejects,
                        tn_load_account accounts[TN_LOAD_FILES_MAX], size_t *account_count,
                        tn_error *error) TN_MUST_CHECK;

#endif
