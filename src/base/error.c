/* error.c: statuses and errors as text, and the suggestion of a name that was probably meant. */
#include "base/error.h"

#include "base/assert.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tenure/version.h>

typedef struct status_words {
    const char *name;
    const char *wire;
    const char *text;
} status_words;

static const status_words words_of[TN_STATUS_COUNT] = {
#define X(name, wire, text) {#name, wire, text},
    TN_STATUS_LIST(X)
#undef X
};

static const status_words *words(tn_status status) {
    return &words_of[(unsigned)status < TN_STATUS_COUNT ? status : TN_INTERNAL];
}

const char *tn_status_name(tn_status status) {
    return words(status)->name;
}

const char *tn_status_wire_code(tn_status status) {
    return words(status)->wire;
}

const char *tn_status_text(tn_status status) {
    return words(status)->text;
}

const char *tn_version(void) {
    return TN_VERSION_STRING;
}

/* A cursor that counts what does not fit. */
typedef struct text_out {
    char *out;
    size_t size;
    size_t length;
} text_out;

static void text_put(text_out *to, const char *data, size_t size) {
    for (size_t i = 0; i < size; i++, to->length++) {
        if (to->length + 1 < to->size) to->out[to->length] = data[i];
    }
}

static void text_put_string(text_out *to, const char *c_string) {
    text_put(to, c_string, strlen(c_string));
}

static void text_put_count(text_out *to, size_t count) {
    char digits[24];
    const int length = snprintf(digits, sizeof digits, "%zu", count);
    text_put(to, digits, (size_t)length);
}

size_t tn_error_format(const tn_error *error, char *out, size_t size) {
    text_out to = {.out = out, .size = size};
    text_put_string(&to, error->file);
    if (error->line > 0) {
        if (to.length > 0) text_put(&to, ":", 1);
        text_put_count(&to, error->line);
        if (error->column > 0) {
            text_put(&to, ":", 1);
            text_put_count(&to, error->column);
        }
    }
    if (to.length > 0) text_put(&to, ": ", 2);
    text_put_string(&to, error->message);
    if (error->detail[0] != '\0') {
        text_put(&to, "\n", 1);
        text_put_string(&to, error->detail);
    }
    if (size > 0) out[to.length < size ? to.length : size - 1] = '\0';
    return to.length;
}

/* Cuts a text that vsnprintf cut before the character that it cut in two. */
static void trim_half_character(char *text, size_t length) {
    size_t start = length;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0u) == 0x80u)
        start--;
    if (start == 0) return;
    const unsigned char lead = (unsigned char)text[start - 1];
    const size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (length - (start - 1) < want) text[start - 1] = '\0';
}

static void print_into(char *out, size_t size, const char *format, va_list arguments) {
    const int wanted = vsnprintf(out, size, format, arguments);
    if (wanted < 0)
        out[0] = '\0';
    else if ((size_t)wanted >= size)
        trim_half_character(out, size - 1);
}

int tn_error_fill(tn_error *error, tn_status status, const char *format, ...) {
    if (error == NULL) return 0;
    /* An argument may lie in the error itself, so the message is composed apart. */
    char message[TN_ERROR_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    print_into(message, sizeof message, format, arguments);
    va_end(arguments);
    memcpy(error->message, message, sizeof message);
    error->status = status;
    error->file[0] = '\0';
    error->line = 0;
    error->column = 0;
    error->detail[0] = '\0';
    return 0;
}

void tn_error_locate(tn_error *error, const char *file, size_t line, size_t column) {
    if (error == NULL) return;
    if (file != NULL && file != error->file) {
        const int wanted = snprintf(error->file, sizeof error->file, "%s", file);
        if (wanted >= (int)sizeof error->file)
            trim_half_character(error->file, sizeof error->file - 1);
    }
    error->line = line;
    error->column = column;
}

void tn_error_detail(tn_error *error, const char *format, ...) {
    if (error == NULL) return;
    const size_t used = strnlen(error->detail, sizeof error->detail - 1);
    va_list arguments;
    va_start(arguments, format);
    print_into(error->detail + used, sizeof error->detail - used, format, arguments);
    va_end(arguments);
}

enum { NEAREST_SIZE_MAX = 128 };

static char folded(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours count one
 * each; the case of ASCII letters counts nothing. Both sizes are at most NEAREST_SIZE_MAX. */
static size_t edit_distance(const char *a, size_t a_size, const char *b, size_t b_size) {
    size_t rows[3][NEAREST_SIZE_MAX + 1];
    for (size_t j = 0; j <= b_size; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        size_t *now = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            const size_t cost = folded(a[i - 1]) == folded(b[j - 1]) ? 0 : 1;
            now[j] = least(above[j - 1] + cost, 1 + least(above[j], now[j - 1]));
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                folded(a[i - 2]) == folded(b[j - 1]))
                now[j] = least(now[j], rows[(i - 2) % 3][j - 2] + 1);
        }
    }
    return rows[a_size % 3][b_size];
}

int tn_nearest_name(const char *name, size_t name_size, const char *const *names, size_t count) {
    if (name_size == 0 || name_size > NEAREST_SIZE_MAX) return -1;
    size_t best_distance = name_size / 3 > 1 ? name_size / 3 : 1;
    int best = -1;
    for (size_t i = 0; i < count; i++) {
        const size_t size = strlen(names[i]);
        if (size > NEAREST_SIZE_MAX) continue;
        const size_t distance = edit_distance(name, name_size, names[i], size);
        if (distance < best_distance || (best < 0 && distance == best_distance)) {
            best_distance = distance;
            best = (int)i;
        }
    }
    return best;
}
