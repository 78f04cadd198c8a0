/* cli.c: the shared front of the commands. */
#include "cli.h"

#include "base/error.h"
#include "base/number.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum { MESSAGE_SIZE = 1024 };

int tn_cli_parse(const tn_cli_usage *usage, int argc, char **argv, const char **positional,
                 size_t *positional_count) {
    bool wants_help = false;
    tn_error error = {0};
    const tn_status status =
        tn_options_parse(usage->options, usage->count, argc, argv, positional,
                         usage->positional_max, positional_count, &wants_help, &error);
    if (status != TN_OK) {
        tn_cli_fail(&error);
        fprintf(stderr, "usage: %s\n'tenure %s --help' says more\n", usage->synopsis, argv[0]);
        return TN_EXIT_USAGE;
    }
    if (!wants_help) return TN_EXIT_GO_ON;
    printf("usage: %s\n\n%s\n\noptions:\n", usage->synopsis, usage->about);
    tn_options_help(usage->options, usage->visible);
    return TN_EXIT_OK;
}

int tn_cli_fail(const tn_error *error) {
    char text[TN_ERROR_FILE_SIZE + TN_ERROR_MESSAGE_SIZE + TN_ERROR_DETAIL_SIZE + 64];
    tn_error_format(error, text, sizeof text);
    fflush(stdout);
    /* A position in a file speaks for itself, as compilers' messages do. */
    fprintf(stderr, "%s%s\n", error->line > 0 ? "" : "tenure: ", text);
    return TN_EXIT_FAILED;
}

int tn_cli_misuse(const char *command, const char *format, ...) {
    char text[MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "tenure: %s\n'tenure %s --help' says more\n", text, command);
    return TN_EXIT_USAGE;
}

void tn_cli_note(const char *format, ...) {
    char text[MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "tenure: %s\n", text);
}

tn_status tn_cli_format(const char *text, tn_format by_default, tn_format *out, tn_error *error) {
    static const char *const names[] = {"table", "csv", "json"};
    if (text == NULL) {
        *out = by_default;
        return TN_OK;
    }
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) != 0) continue;
        *out = (tn_format)i;
        return TN_OK;
    }
    return tn_fail(error, TN_BAD_ARGUMENT, "--format is table, csv or json, not '%s'", text);
}

tn_str tn_cli_whole_number(tn_str text, char room[TN_CLI_NUMBER_SIZE]) {
    if (text.size < 2 || text.size + 1 > TN_CLI_NUMBER_SIZE) return text;
    const size_t sign = text.data[0] == '+' || text.data[0] == '-' ? 1 : 0;
    const bool starts = text.data[sign] == '.';
    const bool ends = text.data[text.size - 1] == '.';
    if (starts == ends) return text; /* "." alone is no number */
    memcpy(room, text.data, sign);
    size_t used = sign;
    if (starts) room[used++] = '0';
    memcpy(room + used, text.data + sign, text.size - sign);
    used += text.size - sign;
    return (tn_str){room, ends ? used - 1 : used};
}

bool tn_cli_number(tn_str text, double *out) {
    char room[TN_CLI_NUMBER_SIZE];
    return tn_parse_double(tn_cli_whole_number(text, room), out);
}

tn_status tn_cli_print(const tn_buffer *text, tn_error *error) {
    if (text->failed) return tn_fail_memory(error);
    if (text->size == 0) return TN_OK;
    if (fwrite(text->data, 1, text->size, stdout) == text->size && fflush(stdout) == 0)
        return TN_OK;
    const int reason = errno;
    return tn_fail(error, reason == ENOSPC ? TN_DISK_FULL : TN_IO, "cannot write to stdout: %s",
                   strerror(reason));
}

const char *tn_cli_file_name(const char *path) {
    if (strcmp(path, "-") == 0) return "stdin";
    const char *slash = strrchr(path, '/');
    return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

void tn_cli_sink(void *buffer, const char *data, size_t size) {
    tn_buffer_append(buffer, data, size);
}

void tn_cli_sink_line(void *buffer, const char *data, size_t size) {
    tn_buffer_append(buffer, data, size);
    tn_buffer_append_char(buffer, '\n');
}
