/* csv_map.h: which field of a CSV row holds which column: the header, --columns, --no-header.
 *
 * --columns is one CSV row of NAME=SOURCE; NAME may be FILE.NAME, FILE one of customers,
 * transactions, events and summary, to concern that file alone. SOURCE is the file's own name of
 * the column or, with --no-header, its number from 1. Without a mapping a column has its own name
 * or, with --no-header, its place in the list of columns. */
#ifndef TN_TOOLS_CSV_MAP_H
#define TN_TOOLS_CSV_MAP_H

#include "base/arena.h"
#include "csv.h"

/* The reading options of every command that reads CSV. */
typedef struct tn_csv_dialect {
    const char *columns;   /* --columns, NULL without */
    const char *delimiter; /* --delimiter, NULL for a comma */
    bool has_no_header;
    bool ignores_unknown;
} tn_csv_dialect;

/* "," ";" or any other punctuation, tab, space, comma, semicolon, pipe; NULL is a comma. */
tn_status tn_csv_delimiter(const char *text, char *out, tn_error *error) TN_MUST_CHECK;

typedef struct tn_column_mapping {
    tn_str file; /* empty: any */
    tn_str name, source;
} tn_column_mapping;

typedef struct tn_column_mappings {
    tn_column_mapping *list;
    size_t count;
    tn_arena arena; /* of the list and the texts */
} tn_column_mappings;

/* Parses --columns (NULL: none). */
tn_status tn_column_mappings_init(tn_column_mappings *mappings, const char *columns,
                                  tn_error *error) TN_MUST_CHECK;
void tn_column_mappings_deinit(tn_column_mappings *mappings);

/* A column that a file may have. */
typedef struct tn_column_want {
    tn_str name;
    bool is_required;
} tn_column_want;

/* What a file may hold, and what follows for it from the options. */
typedef struct tn_csv_file {
    const char *kind; /* "customers", "transactions", "events", "summary" */
    const char *path;
    const tn_column_want *wants;
    size_t want_count;
    bool extra_is_error;  /* a column that is not wanted: an error, or ignored with a note */
    bool extra_is_silent; /* … or ignored without */
} tn_csv_file;

/* Every mapping must be of use for one of the files; names the nearest column if it is not. */
tn_status tn_column_mappings_check(const tn_column_mappings *mappings, const tn_csv_file *files,
                                   size_t file_count, tn_error *error) TN_MUST_CHECK;

/* The fields of a file's rows. */
typedef struct tn_csv_map {
    int32_t *field_of; /* by want: the index of its field, -1: the file has none */
    size_t want_count;
    size_t field_count; /* of every row; 0: as many as the first row has */
} tn_csv_map;

/* Resolves a header (or, NULL, numbers). Missing, repeated and, for customers, unknown columns are
 * errors that name the nearest; ignored columns are noted on stderr. */
tn_status tn_csv_map_init(tn_csv_map *map, const tn_csv_file *file,
                          const tn_column_mappings *mappings, const tn_csv_row *header,
                          tn_error *error) TN_MUST_CHECK;
void tn_csv_map_deinit(tn_csv_map *map);

/* Blanks and tabs at both ends taken off. */
tn_str tn_str_trim(tn_str text);

#endif
