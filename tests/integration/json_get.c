/* json_get.c: json_get FILE PATH: prints the value of a JSON file at a path of keys and indices
 * with dots between (fit.purchases.parameters.r); objects and arrays as JSON. "." is the whole. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const json_t *step(const json_t *value, const char *key) {
    if (json_is_array(value)) return json_array_get(value, strtoul(key, NULL, 10));
    return json_object_get(value, key);
}

static const json_t *walk(const json_t *value, char *path) {
    char *rest = NULL;
    for (char *key = strtok_r(path, ".", &rest); key != NULL && value != NULL;
         key = strtok_r(NULL, ".", &rest))
        value = step(value, key);
    return value;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    json_error_t error;
    json_t *root = json_load_file(argv[1], 0, &error);
    if (root == NULL) {
        fprintf(stderr, "%s:%d: %s\n", argv[1], error.line, error.text);
        return 2;
    }
    const json_t *value = walk(root, argv[2]);
    if (value == NULL) {
        json_decref(root);
        return 1;
    }
    if (json_is_string(value))
        fputs(json_string_value(value), stdout);
    else
        json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    fputc('\n', stdout);
    json_decref(root);
    return 0;
}
