/* json.c: Jansson with a memory for failures. */
#include "json.h"

#include "base/error.h"

#include <math.h>

static json_t *checked(tn_json *json, json_t *value) {
    if (value == NULL) json->failed = true;
    return value;
}

void tn_json_init(tn_json *json) {
    *json = (tn_json){0};
    json->root = tn_json_object(json);
}

void tn_json_deinit(tn_json *json) {
    json_decref(json->root);
    json->root = NULL;
}

json_t *tn_json_object(tn_json *json) {
    return checked(json, json_object());
}

json_t *tn_json_array(tn_json *json) {
    return checked(json, json_array());
}

json_t *tn_json_number(tn_json *json, double value) {
    return checked(json, isfinite(value) ? json_real(value) : json_null());
}

json_t *tn_json_count(tn_json *json, uint64_t value) {
    return checked(json, json_integer((json_int_t)value));
}

json_t *tn_json_text(tn_json *json, tn_str text) {
    if (text.size == 0) return checked(json, json_string(""));
    return checked(json, tn_utf8_valid(text) ? json_stringn(text.data, text.size) : json_null());
}

void tn_json_put(tn_json *json, json_t *object, const char *key, json_t *value) {
    if (value == NULL) return;
    if (object == NULL)
        json_decref(value);
    else if (json_object_set_new(object, key, value) != 0)
        json->failed = true;
}

void tn_json_put_text(tn_json *json, json_t *object, const char *key, const char *text) {
    tn_json_put(json, object, key, tn_json_text(json, tn_str_of(text)));
}

void tn_json_append(tn_json *json, json_t *array, json_t *value) {
    if (value == NULL) return;
    if (array == NULL)
        json_decref(value);
    else if (json_array_append_new(array, value) != 0)
        json->failed = true;
}

void tn_json_append_lines(tn_json *json, json_t *array, const tn_buffer *lines) {
    for (size_t at = 0; at < lines->size;) {
        const char *line = lines->data + at;
        const char *end = memchr(line, '\n', lines->size - at);
        const size_t size = end == NULL ? lines->size - at : (size_t)(end - line);
        tn_json_append(json, array, tn_json_text(json, (tn_str){line, size}));
        at += size + 1;
    }
}

static int append_piece(const char *data, size_t size, void *context) {
    tn_buffer_append(context, data, size);
    return 0;
}

tn_status tn_json_print(const tn_json *json, tn_buffer *out, tn_error *error) {
    const size_t flags = JSON_INDENT(2) | JSON_REAL_PRECISION(17);
    if (json->failed || json_dump_callback(json->root, append_piece, out, flags) != 0)
        return tn_fail_memory(error);
    tn_buffer_append_char(out, '\n');
    return out->failed ? tn_fail_memory(error) : TN_OK;
}
