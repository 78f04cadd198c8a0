/* option.h: command-line options from a table: long options with values, repeated ones, help texts.
 */
#ifndef TN_BASE_OPTION_H
#define TN_BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <tenure/status.h>

typedef enum tn_option_kind {
    TN_OPTION_FLAG,   /* bool * */
    TN_OPTION_TEXT,   /* const char ** , borrowed from argv */
    TN_OPTION_COUNT,  /* uint64_t * , a whole number */
    TN_OPTION_NUMBER, /* double * */
    TN_OPTION_LIST    /* tn_option_list * ; may be given several times, the others only once */
} tn_option_kind;

enum { TN_OPTION_LIST_MAX = 64 };

typedef struct tn_option_list {
    const char *items[TN_OPTION_LIST_MAX]; /* borrowed from argv, in order */
    size_t count;
} tn_option_list;

typedef struct tn_option {
    const char *name; /* "as-of", without dashes */
    tn_option_kind kind;
    void *target;
    const char *value_name; /* "TIME", for the help text; NULL for a flag */
    const char *help;       /* one line */
    bool is_required;
    bool *is_set; /* may be NULL */
} tn_option;

/* Parses argv[1..]; `--name value` and `--name=value`; `--` ends options. Positional arguments are
 * written to `positional` (at most `positional_max`, else an error) and counted. Unknown options
 * are errors that name the nearest known one. `--help` sets *wants_help and stops. */
tn_status tn_options_parse(const tn_option *options, size_t count, int argc, char **argv,
                           const char **positional, size_t positional_max, size_t *positional_count,
                           bool *wants_help, tn_error *error) TN_MUST_CHECK;
/* Prints the table of options, aligned, to stdout. */
void tn_options_help(const tn_option *options, size_t count);

#endif
