/* bytes.h: borrowed strings and a growing byte buffer. */
#ifndef TN_BASE_BYTES_H
#define TN_BASE_BYTES_H

#include "base/alloc.h"

#include <string.h>
#include <tenure/status.h>
#include <tenure/types.h>

static inline tn_str tn_str_of(const char *c_string) {
    return (tn_str){.data = c_string, .size = strlen(c_string)};
}
static inline bool tn_str_equal(tn_str a, tn_str b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}
static inline bool tn_str_is(tn_str a, const char *c_string) {
    return tn_str_equal(a, tn_str_of(c_string));
}
/* By bytes, then by size: negative, 0, positive. */
int tn_str_compare(tn_str a, tn_str b);
/* Valid UTF-8 without surrogates and overlong forms. */
bool tn_utf8_valid(tn_str text);
/* Characters (code points) of valid UTF-8. */
size_t tn_utf8_count(tn_str text);
/* Lower case of valid UTF-8 by the simple mapping of Unicode for Latin, Greek, Cyrillic, Armenian
 * and Georgian letters; everything else unchanged. Writes at most out_size bytes and returns the
 * size that the whole result has (at most 2 × text.size). */
size_t tn_utf8_lower(tn_str text, char *out, size_t out_size);

typedef struct tn_buffer {
    tn_heap *heap;
    char *data;
    size_t size;     /* bytes used */
    size_t capacity; /* bytes allocated */
    bool failed;     /* an append ran out of memory: appends are ignored from then on */
} tn_buffer;

void tn_buffer_init(tn_buffer *buffer, tn_heap *heap);
void tn_buffer_deinit(tn_buffer *buffer);
void tn_buffer_clear(tn_buffer *buffer); /* keeps the memory; also clears `failed` */
/* Room for `more` bytes behind the used ones; NULL (and failed) when memory is used up. */
char *tn_buffer_reserve(tn_buffer *buffer, size_t more);
void tn_buffer_append(tn_buffer *buffer, const void *data, size_t size);
void tn_buffer_append_str(tn_buffer *buffer, const char *c_string);
void tn_buffer_append_char(tn_buffer *buffer, char c);
void tn_buffer_printf(tn_buffer *buffer, const char *format, ...) TN_PRINTF(2, 3);

#endif
