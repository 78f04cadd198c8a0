/* tidy_text.h: sources as text, for the rules of the house. */
#ifndef TESTS_TIDY_TEXT_H
#define TESTS_TIDY_TEXT_H

#include "base/arena.h"
#include "base/bytes.h"

/* A source file. `code` is as long as `raw`, with blanks in place of comments, of what stands in
 * string and character literals, and of nothing else: offsets and lines agree. */
typedef struct tidy_file {
    const char *path; /* from the top of the project, "src/base/alloc.c" */
    tn_str raw;
    tn_str code;
} tidy_file;

typedef struct tidy_files {
    tidy_file *items;
    size_t count;
    size_t capacity;
} tidy_files;

/* Complaints, one a line: "src/base/alloc.c:12: message". */
typedef struct tidy_findings {
    tn_buffer text; /* NUL-terminated when count > 0 */
    size_t count;
} tidy_findings;

/* Fills `out` from a path and a text; both are copied into the arena. */
void tidy_file_init(tn_arena *arena, const char *path, tn_str raw, tidy_file *out);
/* Reads every file below ROOT/FOLDER whose name ends with one of the endings (a list that ends with
 * NULL), in the order of their names. A folder that does not exist is empty. */
void tidy_files_read(tn_arena *arena, const char *root, const char *folder,
                     const char *const *endings, tidy_files *out);

void tidy_findings_init(tidy_findings *findings);
void tidy_findings_deinit(tidy_findings *findings);
/* Complains about the place `offset` bytes into a file, and quotes its line. */
void tidy_complain(tidy_findings *findings, const tidy_file *file, size_t offset,
                   const char *format, ...) TN_PRINTF(4, 5);

size_t tidy_line_of(tn_str text, size_t offset); /* from 1 */
bool tidy_starts_with(tn_str text, const char *prefix);
bool tidy_ends_with(tn_str text, const char *ending);
/* The next line of `text` from *offset on, without its line feed; false at the end. */
bool tidy_next_line(tn_str text, size_t *offset, tn_str *line);

#endif
