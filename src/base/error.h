/* error.h: filling a tn_error, and the two idioms of error handling in this house.
 *
 *     TN_TRY(call());                       returns the status of a call that failed
 *     return tn_fail(error, TN_X, "...");   fills the caller's error and returns the status
 */
#ifndef TN_BASE_ERROR_H
#define TN_BASE_ERROR_H

#include <tenure/status.h>

#define TN_TRY(expression)                                                                         \
    do {                                                                                           \
        const tn_status try_ = (expression);                                                       \
        if (try_ != TN_OK) return try_;                                                            \
    } while (0)

/* Fills `error` (may be NULL) with a status and a message, clears file, line, column and detail;
 * returns 0. Use tn_fail. */
int tn_error_fill(tn_error *error, tn_status status, const char *format, ...) TN_PRINTF(3, 4);

static inline tn_status tn_error_filled(int ignored, tn_status status) {
    (void)ignored;
    return status;
}

/* Fills `error` (may be NULL) and is `status`, visibly so for a static analyser. */
#define tn_fail(error, status, ...)                                                                \
    tn_error_filled(tn_error_fill((error), (status), __VA_ARGS__), (status))

/* tn_fail for running out of memory: never allocates. */
static inline tn_status tn_fail_memory(tn_error *error) {
    return tn_fail(error, TN_OUT_OF_MEMORY, "%s", tn_status_text(TN_OUT_OF_MEMORY));
}

/* Sets the position of an error already filled; `file` may be NULL. */
void tn_error_locate(tn_error *error, const char *file, size_t line, size_t column);

/* Appends printf-formatted text to error->detail, cut to its size. `error` may be NULL. */
void tn_error_detail(tn_error *error, const char *format, ...) TN_PRINTF(2, 3);

/* The nearest of `names` to `name` by edit distance, or -1 when none is near enough to suggest
 * (distance at most a third of its length, at least 1). */
int tn_nearest_name(const char *name, size_t name_size, const char *const *names, size_t count);

#endif
