/* cli.h: what every command of `tenure` shares: the list of commands, options with a help text,
 * messages on stderr, exit statuses.
 *
 * Results go to stdout, everything else to stderr. A command returns its exit status. */
#ifndef TN_TOOLS_CLI_H
#define TN_TOOLS_CLI_H

#include "base/bytes.h"
#include "base/option.h"

#include <tenure/engine.h>

enum { TN_EXIT_OK = 0, TN_EXIT_FAILED = 1, TN_EXIT_USAGE = 2, TN_EXIT_GO_ON = -1 };

/* argv[0] is the name of the command. */
int tn_cmd_check(int argc, char **argv);
int tn_cmd_fit(int argc, char **argv);
int tn_cmd_predict(int argc, char **argv);
int tn_cmd_score(int argc, char **argv);
int tn_cmd_explain(int argc, char **argv);
int tn_cmd_generate(int argc, char **argv);

/* How a command is called. The first `visible` options are shown by --help; those behind them are
 * for tests. */
typedef struct tn_cli_usage {
    const char *synopsis; /* "tenure fit --purchases MODEL …" */
    const char *about;    /* a paragraph or more */
    const tn_option *options;
    size_t count, visible;
    size_t positional_max;
} tn_cli_usage;

/* Parses; prints the help or the mistake. TN_EXIT_GO_ON, or the status to exit with. */
int tn_cli_parse(const tn_cli_usage *usage, int argc, char **argv, const char **positional,
                 size_t *positional_count);

/* Prints an error and returns the exit status of a failure. */
int tn_cli_fail(const tn_error *error);
/* Prints a mistake in the use of a command and returns its exit status. */
int tn_cli_misuse(const char *command, const char *format, ...) TN_PRINTF(2, 3);
/* One line on stderr: "tenure: …". */
void tn_cli_note(const char *format, ...) TN_PRINTF(1, 2);

/* "table", "csv", "json"; NULL is the default. */
tn_status tn_cli_format(const char *text, tn_format by_default, tn_format *out,
                        tn_error *error) TN_MUST_CHECK;
/* A decimal number as people write it: ".5" and "5." too. */
bool tn_cli_number(tn_str text, double *out);
enum { TN_CLI_NUMBER_SIZE = 64 };
/* ".5" as "0.5" and "5." as "5", in `room`; any other text as it is. */
tn_str tn_cli_whole_number(tn_str text, char room[TN_CLI_NUMBER_SIZE]);
/* Writes to stdout. TN_OUT_OF_MEMORY when the buffer had failed, TN_IO or TN_DISK_FULL. */
tn_status tn_cli_print(const tn_buffer *text, tn_error *error) TN_MUST_CHECK;
/* The part of a path behind the last slash; "stdin" for "-". */
const char *tn_cli_file_name(const char *path);

/* The shapes of tn_text_sink: append to a tn_buffer; the second ends each piece with a newline. */
void tn_cli_sink(void *buffer, const char *data, size_t size);
void tn_cli_sink_line(void *buffer, const char *data, size_t size);

#endif
