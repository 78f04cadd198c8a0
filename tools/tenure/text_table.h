/* text_table.h: aligned tables and blocks of lines for a terminal, in UTF-8.
 *
 * A block is a tn_buffer of whole lines. Buffers that ran out of memory swallow what is appended;
 * tn_cli_print reports it at the end. */
#ifndef TN_TOOLS_TEXT_TABLE_H
#define TN_TOOLS_TEXT_TABLE_H

#include "base/bytes.h"

enum { TN_TEXT_COLUMNS_MAX = 32 };

/* Columns that a text takes on a terminal: 2 for East Asian wide characters, 0 for marks. */
size_t tn_text_width(tn_str text);
/* Appends a text cut to `width` columns, with … in place of what was cut. */
void tn_text_append_cut(tn_buffer *out, tn_str text, size_t width);

typedef struct tn_text_table {
    tn_buffer cells;   /* row by row, each NUL-terminated */
    const char *align; /* a letter a column: 'l' or 'r' */
    size_t columns;
    size_t count; /* cells */
    unsigned gap; /* blanks between columns; 2 unless changed */
} tn_text_table;

/* `align` is borrowed and at most TN_TEXT_COLUMNS_MAX long. */
void tn_text_table_init(tn_text_table *table, const char *align);
void tn_text_table_deinit(tn_text_table *table);
void tn_text_table_cell(tn_text_table *table, const char *format, ...) TN_PRINTF(2, 3);
/* A text cut to `width` columns. */
void tn_text_table_name(tn_text_table *table, tn_str text, size_t width);
/* The same of what a buffer holds. */
void tn_text_table_buffer(tn_text_table *table, const tn_buffer *text, size_t width);
/* A row of plain cells: as many strings as the table has columns. */
void tn_text_table_row(tn_text_table *table, const char *const *cells);
/* Appends the rows, each behind `indent` blanks, no blanks at the end. */
void tn_text_table_render(const tn_text_table *table, unsigned indent, tn_buffer *out);

/* Appends the lines of two blocks side by side, the right one from column `left_width` on. */
void tn_text_beside(tn_buffer *out, const tn_buffer *left, const tn_buffer *right,
                    size_t left_width);
/* Appends a text broken at blanks into lines of `width`, the first behind `first`, the others
 * behind as many blanks. */
void tn_text_wrap(tn_buffer *out, const char *first, tn_str text, size_t width);

#endif
