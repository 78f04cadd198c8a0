/* Mappings, names and complaints. What is wrong is said at the place where it is wrong, with the
 * nearest valid name first: most errors in a model file are slips of the pen. */
#include "model/reader.h"

#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- Complaints ---- */

static tn_status fail_at(const tn_reading *reading, tn_status status, tn_yaml_mark mark,
                         const char *format, va_list arguments) {
    char message[TN_ERROR_MESSAGE_SIZE];
    vsnprintf(message, sizeof message, format, arguments);
    for (char *c = message; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = ' ';
    tn_fail(reading->error, status, "%s", message);
    tn_yaml_blame(reading->document, mark, reading->error);
    return status;
}

tn_status tn_read_fail(const tn_reading *reading, tn_yaml_mark mark, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const tn_status status = fail_at(reading, TN_BAD_MODEL, mark, format, arguments);
    va_end(arguments);
    return status;
}

tn_status tn_read_too_large(const tn_reading *reading, tn_yaml_mark mark, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const tn_status status = fail_at(reading, TN_TOO_LARGE, mark, format, arguments);
    va_end(arguments);
    return status;
}

tn_status tn_read_memory(const tn_reading *reading) {
    return tn_fail_memory(reading->error);
}

int tn_read_shown(tn_str text) {
    const size_t most = TN_NAME_SIZE_MAX;
    if (text.size <= most) return (int)text.size;
    size_t size = most;
    while (size > 0 && ((unsigned char)text.data[size] & 0xC0u) == 0x80u)
        size--;
    return (int)size;
}

void tn_read_list_choices(const tn_reading *reading, tn_choices choices, int first) {
    enum { SHOWN_MAX = 40 };
    tn_error *error = reading->error;
    const size_t size = strlen(error->detail);
    const bool is_open_line = size > 0 && error->detail[size - 1] != '\n';
    if (choices.count == 0) return;
    tn_error_detail(error, "%svalid:", is_open_line ? "\n" : "");
    size_t shown = 0;
    if (first >= 0) {
        tn_error_detail(error, " %s", choices.names[first]);
        shown++;
    }
    for (size_t i = 0; i < choices.count && shown < SHOWN_MAX; i++) {
        if ((int)i == first) continue;
        tn_error_detail(error, "%s %s", shown > 0 ? "," : "", choices.names[i]);
        shown++;
    }
    if (shown < choices.count) tn_error_detail(error, " and %zu more", choices.count - shown);
}

tn_status tn_read_fail_choice(const tn_reading *reading, tn_yaml_mark mark, const char *what,
                              tn_str got, tn_choices choices) {
    const int nearest = tn_nearest_name(got.data, got.size, choices.names, choices.count);
    if (nearest >= 0)
        (void)tn_read_fail(reading, mark, "unknown %s '%.*s', did you mean '%s'?", what,
                           TN_SHOWN(got), choices.names[nearest]);
    else
        (void)tn_read_fail(reading, mark, "unknown %s '%.*s'", what, TN_SHOWN(got));
    tn_read_list_choices(reading, choices, nearest);
    return TN_BAD_MODEL;
}

/* ---- Names ---- */

static bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_thing_name(tn_str name) {
    if (name.size == 0 || !is_name_start(name.data[0])) return false;
    for (size_t i = 1; i < name.size; i++)
        if (!is_name_start(name.data[i]) && !(name.data[i] >= '0' && name.data[i] <= '9'))
            return false;
    return true;
}

/* One line of text that says something. */
static bool is_free_text(tn_str text) {
    bool has_ink = false;
    for (size_t i = 0; i < text.size; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c == 0x7f) return false;
        has_ink = has_ink || c != ' ';
    }
    return has_ink;
}

tn_status tn_read_check_name(const tn_reading *reading, tn_yaml_mark mark, const char *what,
                             tn_str name, tn_name_kind kind) {
    if (name.size > TN_NAME_SIZE_MAX)
        return tn_read_too_large(reading, mark, "the name of %s has %zu bytes, at most %d may be",
                                 what, name.size, TN_NAME_SIZE_MAX);
    if (kind == TN_NAME_FREE && !is_free_text(name))
        return tn_read_fail(reading, mark, "the name of %s must be one line of text", what);
    if (kind == TN_NAME_OF_THING && !is_thing_name(name))
        return tn_read_fail(reading, mark,
                            "'%.*s' cannot be the name of %s: a name has lower-case letters, "
                            "digits and '_', and no digit in front",
                            TN_SHOWN(name), what);
    return TN_OK;
}

/* ---- Mappings ---- */

static bool is_mapping(const tn_yaml_node *node) {
    return node->kind == TN_YAML_MAPPING;
}

static tn_status key_unknown(const tn_reading *reading, const tn_yaml_node *entry, const char *what,
                             tn_choices keys) {
    char label[96];
    snprintf(label, sizeof label, "key of %s", what);
    return tn_read_fail_choice(reading, entry->key_start, label, entry->key, keys);
}

tn_status tn_read_keys(const tn_reading *reading, const tn_yaml_node *node, const char *what,
                       tn_choices keys, const tn_yaml_node **nodes) {
    for (size_t i = 0; i < keys.count; i++)
        nodes[i] = NULL;
    if (node->is_empty) return TN_OK;
    if (!is_mapping(node)) {
        (void)tn_read_fail(reading, node->start, "%s is a mapping: {key: value, …}", what);
        tn_read_list_choices(reading, keys, -1);
        return TN_BAD_MODEL;
    }
    for (const tn_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        size_t i = 0;
        while (i < keys.count && !tn_str_is(entry->key, keys.names[i]))
            i++;
        if (i == keys.count) return key_unknown(reading, entry, what, keys);
        nodes[i] = entry;
    }
    return TN_OK;
}

/* The one entry of an item of a sequence. */
static tn_status entry_of_item(const tn_reading *reading, const tn_yaml_node *item,
                               const tn_entry_rule *rule, const tn_yaml_node **out) {
    if (!is_mapping(item) || item->count != 1)
        return tn_read_fail(reading, item->start, "each item of this list is %s: `- name: …`",
                            rule->what);
    *out = item->first;
    return TN_OK;
}

static tn_status add_entry(const tn_reading *reading, const tn_yaml_node *entry,
                           const tn_entry_rule *rule, tn_names *names, tn_entry *out) {
    bool is_new;
    TN_TRY(tn_read_check_name(reading, entry->key_start, rule->what, entry->key, rule->kind));
    tn_names_put(names, entry->key, &is_new);
    if (!is_new)
        return tn_read_fail(reading, entry->key_start, "'%.*s' is there twice among the %s",
                            TN_SHOWN(entry->key), rule->many);
    *out = (tn_entry){.name = entry->key, .where = entry->key_start, .value = entry};
    return TN_OK;
}

tn_status tn_read_entries(const tn_reading *reading, const tn_yaml_node *node,
                          const tn_entry_rule *rule, tn_entry **out, size_t *count) {
    tn_names names;
    tn_entry *entries = NULL;
    *out = NULL;
    *count = 0;
    if (node == NULL || node->is_empty) return TN_OK;
    if (node->kind == TN_YAML_SCALAR)
        return tn_read_fail(reading, node->start, "here is a list of %s: `name: …` each",
                            rule->many);
    if (node->count > rule->max)
        return tn_read_too_large(reading, node->start, "%zu %s are too many, at most %zu may be",
                                 node->count, rule->many, rule->max);
    if (node->count == 0) return TN_OK;
    entries = tn_arena_array(reading->arena, node->count, sizeof *entries);
    if (entries == NULL || tn_names_init(&names, reading->arena, node->count) != TN_OK)
        return tn_read_memory(reading);
    size_t i = 0;
    for (const tn_yaml_node *child = node->first; child != NULL; child = child->next, i++) {
        const tn_yaml_node *entry = child;
        if (node->kind == TN_YAML_SEQUENCE) TN_TRY(entry_of_item(reading, child, rule, &entry));
        TN_TRY(add_entry(reading, entry, rule, &names, &entries[i]));
    }
    *out = entries;
    *count = i;
    return TN_OK;
}
