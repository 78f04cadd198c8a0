/* csv.h: reads CSV (RFC 4180) row by row and knows on which line each row began.
 *
 * LF, CRLF and CR end a line; a byte order mark is skipped; blanks belong to their field; lines
 * without a character are skipped. With a blank as the delimiter, runs of blanks count as one and
 * blanks at either end of a row as none. A row that is no CSV (a stray quote, a quote never closed,
 * bytes that are no UTF-8, over TN_CSV_ROW_SIZE_MAX) is handed out with the reason in place of
 * fields, and reading goes on with the line behind its first one: nothing more is lost. */
#ifndef TN_TOOLS_CSV_H
#define TN_TOOLS_CSV_H

#include "base/bytes.h"

#define TN_CSV_ROW_SIZE_MAX (16u << 20) /* bytes */

typedef struct tn_csv tn_csv;

/* Borrowed until the next call. */
typedef struct tn_csv_row {
    const tn_str *fields; /* unquoted */
    size_t count;
    uint64_t line;       /* of its first byte, from 1 */
    tn_str raw;          /* its bytes, without the end of the line */
    const char *problem; /* NULL, or why it has no fields */
} tn_csv_row;

/* "-" is stdin. `delimiter` is an ASCII character. */
tn_status tn_csv_open(const char *path, char delimiter, tn_csv **out,
                      tn_error *error) TN_MUST_CHECK;
/* Reads from memory, which is borrowed until close. */
tn_status tn_csv_open_text(tn_str text, char delimiter, tn_csv **out,
                           tn_error *error) TN_MUST_CHECK;
void tn_csv_close(tn_csv *csv); /* NULL is allowed */

/* The next row; *has_row is false at the end. TN_BAD_INPUT for a file in UTF-16, TN_IO,
 * TN_OUT_OF_MEMORY. */
tn_status tn_csv_next(tn_csv *csv, tn_csv_row *row, bool *has_row, tn_error *error) TN_MUST_CHECK;

/* Bytes of input so far and altogether; the latter 0 when unknown. */
uint64_t tn_csv_offset(const tn_csv *csv);
uint64_t tn_csv_size(const tn_csv *csv);

/* Appends one field, in quotes where RFC 4180 needs them with `delimiter`. */
void tn_csv_append(tn_buffer *out, tn_str field, char delimiter);

#endif
