/* tidy_rules.h: the rules of the house that a program can check. Each takes one file (or all of
 * them) and adds its complaints. */
#ifndef TESTS_TIDY_RULES_H
#define TESTS_TIDY_RULES_H

#include "tidy/tidy_text.h"

enum { TIDY_LINE_MAX = 100, TIDY_FUNCTION_LINES_MAX = 70, TIDY_FUNCTION_SHARE = 95 };

/* src/layers.txt: each layer and what it may include. */
enum { TIDY_LAYERS_MAX = 32, TIDY_ALLOWED_MAX = 32 };

typedef struct tidy_layer {
    tn_str name;
    tn_str allowed[TIDY_ALLOWED_MAX]; /* layers, or single headers like "engine/core.h" */
    size_t allowed_count;
} tidy_layer;

typedef struct tidy_law {
    tidy_layer layers[TIDY_LAYERS_MAX];
    size_t count;
} tidy_law;

/* `file` is layers.txt; the law borrows its text. Complains about lines that it cannot read. */
void tidy_law_read(const tidy_file *file, tidy_law *out, tidy_findings *findings);

/* Includes of src, include and tools against the law. */
void tidy_check_includes(const tidy_law *law, const tidy_file *file, tidy_findings *findings);
/* Intrinsics outside src/kernels/lanes.h. */
void tidy_check_intrinsics(const tidy_file *file, tidy_findings *findings);
/* Calls that have one door: memory, files, time, threads, and the end of the process. */
void tidy_check_doors(const tidy_file *file, tidy_findings *findings);
/* Lines of more than TIDY_LINE_MAX characters. */
void tidy_check_lines(const tidy_file *file, tidy_findings *findings);
void tidy_check_tabs(const tidy_file *file, tidy_findings *findings);
/* Words that mark unfinished work. */
void tidy_check_marks(const tidy_file *file, tidy_findings *findings);
/* A header starts with #ifndef NAME, #define NAME and ends with #endif. */
void tidy_check_guard(const tidy_file *file, tidy_findings *findings);
/* Two files of one stem in different folders, or one guard in two headers. */
void tidy_check_stems(const tidy_files *files, tidy_findings *findings);
void tidy_check_guards_differ(const tidy_files *files, tidy_findings *findings);

/* A function definition. */
typedef struct tidy_function {
    const tidy_file *file;
    size_t offset; /* of its opening brace */
    size_t lines;  /* from the line of its parameters' end to its closing brace */
} tidy_function;

/* Calls back for each function definition of a file. */
void tidy_functions(const tidy_file *file, void (*visit)(void *context, const tidy_function *of),
                    void *context);
/* Complains about the longest functions when more than 5 % are over the guide. */
void tidy_check_functions(const tidy_files *files, tidy_findings *findings);

#endif
