/* status.h: what every fallible function of Tenure returns, and the error that a caller may hand
 * in.
 *
 * A tn_status of 0 is success. A tn_error is storage of the caller; a function that fails fills it
 * (when it is not NULL) and leaves its other out-parameters untouched. */
#ifndef TENURE_STATUS_H
#define TENURE_STATUS_H

#include <stddef.h>
#include <tenure/export.h>

/* name, code on the wire, one sentence */
#define TN_STATUS_LIST(X)                                                                          \
    X(OK, "OK", "success")                                                                         \
    X(BAD_ARGUMENT, "BAD_ARGS", "an argument or a value is not acceptable")                        \
    X(BAD_MODEL, "BAD_ARGS", "the model file is not valid")                                        \
    X(BAD_EXPRESSION, "BAD_ARGS", "the expression is not valid")                                   \
    X(BAD_INPUT, "BAD_REQUEST", "the input could not be read")                                     \
    X(NOT_FOUND, "NOT_FOUND", "no such customer, name or file")                                    \
    X(CONFLICT, "CONFLICT", "the request does not fit the present state")                          \
    X(TOO_LARGE, "TOO_LARGE", "a limit was exceeded")                                              \
    X(OUT_OF_MEMORY, "OUT_OF_MEMORY", "memory or the memory limit is used up")                     \
    X(IO, "INTERNAL", "a file could not be read or written")                                       \
    X(DISK_FULL, "DISK_FULL", "no space left for a file")                                          \
    X(UNSUPPORTED, "BAD_ARGS", "not available on this machine or in this version")                 \
    X(INTERNAL, "INTERNAL", "a defect of Tenure itself")

typedef enum tn_status {
#define X(name, wire, text) TN_##name,
    TN_STATUS_LIST(X)
#undef X
        TN_STATUS_COUNT
} tn_status;

enum { TN_ERROR_MESSAGE_SIZE = 1024, TN_ERROR_DETAIL_SIZE = 2048, TN_ERROR_FILE_SIZE = 512 };

/* Where and why an input was refused. */
typedef struct tn_error {
    tn_status status;
    char file[TN_ERROR_FILE_SIZE];       /* empty when no file is concerned */
    size_t line;                         /* from 1; 0 when no line is concerned */
    size_t column;                       /* from 1, in characters; 0 when none is concerned */
    char message[TN_ERROR_MESSAGE_SIZE]; /* one sentence, no newline at the end */
    char detail[TN_ERROR_DETAIL_SIZE]; /* the source line, a caret, the valid choices; may be empty
                                        */
} tn_error;

#ifdef __cplusplus
extern "C" {
#endif

/* The name of a status without its prefix ("NOT_FOUND"); a static string. */
TN_API const char *tn_status_name(tn_status status);
/* The code that a server sends for a status ("NOT_FOUND"); a static string. */
TN_API const char *tn_status_wire_code(tn_status status);
/* One sentence about a status; a static string. */
TN_API const char *tn_status_text(tn_status status);

/* Writes "FILE:LINE:COLUMN: message" and, when there is one, the detail on the lines below, into
 * `out` of `size` bytes, cut and NUL-terminated. Returns the length that the whole text has. */
TN_API size_t tn_error_format(const tn_error *error, char *out, size_t size);

#ifdef __cplusplus
}
#endif
#endif
