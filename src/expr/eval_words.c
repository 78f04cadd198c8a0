/* eval_words.c: tests and changes of single texts. */
#include "expr/eval_words.h"

#include <tenure/limits.h>

bool tn_text_holds(tn_text_test op, tn_str x, tn_str y) {
    switch (op) {
    case TN_TEXT_EQUALS:
        return tn_str_equal(x, y);
    case TN_TEXT_CONTAINS:
        return y.size == 0 || (x.size >= y.size && memmem(x.data, x.size, y.data, y.size));
    case TN_TEXT_STARTS_WITH:
        return y.size == 0 || (x.size >= y.size && memcmp(x.data, y.data, y.size) == 0);
    default:
        return false;
    }
}

static tn_status joined(tn_str x, tn_str y, tn_buffer *scratch, tn_str *out) {
    if (x.size + y.size > TN_TEXT_SIZE_MAX) return TN_TOO_LARGE;
    tn_buffer_append(scratch, x.data, x.size);
    tn_buffer_append(scratch, y.data, y.size);
    if (scratch->failed) return TN_OUT_OF_MEMORY;
    *out = (tn_str){.data = scratch->data, .size = scratch->size};
    return TN_OK;
}

static tn_status lowered(tn_str x, tn_buffer *scratch, tn_str *out) {
    const size_t room = 2 * x.size + 1;
    char *to = tn_buffer_reserve(scratch, room);
    if (!to) return TN_OUT_OF_MEMORY;
    const size_t size = tn_utf8_lower(x, to, room);
    if (size > TN_TEXT_SIZE_MAX) return TN_TOO_LARGE;
    *out = (tn_str){.data = to, .size = size};
    return TN_OK;
}

tn_status tn_text_changed(tn_text_change op, tn_str x, tn_str y, tn_buffer *scratch, tn_str *out) {
    tn_buffer_clear(scratch);
    switch (op) {
    case TN_CHANGE_LOWER:
        return lowered(x, scratch, out);
    case TN_CHANGE_APPEND:
        return joined(x, y, scratch, out);
    case TN_CHANGE_PREPEND:
        return joined(y, x, scratch, out);
    case TN_CHANGE_NONE:
    default:
        *out = x;
        return TN_OK;
    }
}
