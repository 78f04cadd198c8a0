/* json.h: building JSON with Jansson without a check at every step: a failure is remembered and
 * reported when the whole is printed. */
#ifndef TN_TOOLS_JSON_H
#define TN_TOOLS_JSON_H

#include "base/bytes.h"

#include <jansson.h>

typedef struct tn_json {
    json_t *root; /* an object, owned */
    bool failed;  /* memory was used up at some step */
} tn_json;

void tn_json_init(tn_json *json);
void tn_json_deinit(tn_json *json);

/* Values: NULL, and failed, when memory is used up. */
json_t *tn_json_object(tn_json *json);
json_t *tn_json_array(tn_json *json);
json_t *tn_json_number(tn_json *json, double value); /* null when not finite */
json_t *tn_json_count(tn_json *json, uint64_t value);
json_t *tn_json_text(tn_json *json, tn_str text); /* null when it is not UTF-8 */

/* Takes ownership of `value`; NULL objects and values are passed over. */
void tn_json_put(tn_json *json, json_t *object, const char *key, json_t *value);
void tn_json_put_text(tn_json *json, json_t *object, const char *key, const char *text);
void tn_json_append(tn_json *json, json_t *array, json_t *value);
/* A string for each line of a block. */
void tn_json_append_lines(tn_json *json, json_t *array, const tn_buffer *lines);

/* Appends the root, indented, numbers with 17 significant digits. */
tn_status tn_json_print(const tn_json *json, tn_buffer *out, tn_error *error) TN_MUST_CHECK;

#endif
