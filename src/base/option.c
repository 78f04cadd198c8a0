/* option.c: the parser and the help table of command-line options. */
#include "base/option.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/number.h"

#include <stdint.h>
#include <stdio.h>

enum { OPTIONS_MAX = 128, NAME_COLUMN_MAX = 34 };

static const tn_option *option_find(const tn_option *options, size_t count, tn_str name) {
    for (size_t i = 0; i < count; i++) {
        if (tn_str_is(name, options[i].name)) return &options[i];
    }
    return NULL;
}

static tn_status fail_unknown(const tn_option *options, size_t count, tn_str name,
                              tn_error *error) {
    const char *names[OPTIONS_MAX + 1];
    for (size_t i = 0; i < count; i++)
        names[i] = options[i].name;
    names[count] = "help";
    const int nearest = tn_nearest_name(name.data, name.size, names, count + 1);
    tn_fail(error, TN_BAD_ARGUMENT, "unknown option '--%.*s'", (int)name.size, name.data);
    if (nearest >= 0) tn_error_detail(error, "did you mean '--%s'?", names[nearest]);
    return TN_BAD_ARGUMENT;
}

static tn_status option_put(const tn_option *option, const char *value, tn_error *error) {
    switch (option->kind) {
    case TN_OPTION_FLAG:
        *(bool *)option->target = true;
        break;
    case TN_OPTION_TEXT:
        *(const char **)option->target = value;
        break;
    case TN_OPTION_COUNT: {
        int64_t count = 0;
        if (!tn_parse_int64(tn_str_of(value), &count) || count < 0 || value[0] == '-')
            return tn_fail(error, TN_BAD_ARGUMENT, "--%s wants a whole number, not '%s'",
                           option->name, value);
        *(uint64_t *)option->target = (uint64_t)count;
        break;
    }
    case TN_OPTION_NUMBER:
        if (!tn_parse_double(tn_str_of(value), option->target))
            return tn_fail(error, TN_BAD_ARGUMENT, "--%s wants a number, not '%s'", option->name,
                           value);
        break;
    case TN_OPTION_LIST: {
        tn_option_list *list = option->target;
        if (list->count == TN_OPTION_LIST_MAX)
            return tn_fail(error, TN_BAD_ARGUMENT, "--%s is given more than %d times", option->name,
                           TN_OPTION_LIST_MAX);
        list->items[list->count++] = value;
        break;
    }
    }
    if (option->is_set != NULL) *option->is_set = true;
    return TN_OK;
}

/* One option with its value, at argv[*at]; moves *at past them. */
static tn_status parse_option(const tn_option *options, size_t count, int argc, char **argv,
                              int *at, const tn_option **seen, tn_error *error) {
    const char *text = argv[*at] + 2;
    const char *equals = strchr(text, '=');
    const tn_str name = {text, equals == NULL ? strlen(text) : (size_t)(equals - text)};
    const tn_option *option = option_find(options, count, name);
    if (option == NULL) return fail_unknown(options, count, name, error);
    const char *value = equals == NULL ? NULL : equals + 1;
    if (option->kind == TN_OPTION_FLAG) {
        if (value != NULL)
            return tn_fail(error, TN_BAD_ARGUMENT, "--%s takes no value", option->name);
    } else if (value == NULL) {
        if (*at + 1 >= argc)
            return tn_fail(error, TN_BAD_ARGUMENT, "--%s needs a value: --%s %s", option->name,
                           option->name, option->value_name);
        value = argv[++*at];
    }
    if (seen[option - options] != NULL && option->kind != TN_OPTION_LIST)
        return tn_fail(error, TN_BAD_ARGUMENT, "--%s is given twice", option->name);
    seen[option - options] = option;
    ++*at;
    return option_put(option, value, error);
}

static tn_status check_required(const tn_option *options, size_t count,
                                const tn_option *const *seen, tn_error *error) {
    for (size_t i = 0; i < count; i++) {
        if (options[i].is_required && seen[i] == NULL)
            return tn_fail(error, TN_BAD_ARGUMENT, "--%s %s is missing", options[i].name,
                           options[i].value_name);
    }
    return TN_OK;
}

tn_status tn_options_parse(const tn_option *options, size_t count, int argc, char **argv,
                           const char **positional, size_t positional_max, size_t *positional_count,
                           bool *wants_help, tn_error *error) {
    TN_ASSERT(count <= OPTIONS_MAX);
    const tn_option *seen[OPTIONS_MAX] = {0};
    bool options_ended = false;
    *positional_count = 0;
    *wants_help = false;
    for (int at = 1; at < argc;) {
        const char *text = argv[at];
        if (!options_ended && strcmp(text, "--") == 0) {
            options_ended = true;
            at++;
        } else if (!options_ended && (strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0)) {
            *wants_help = true;
            return TN_OK;
        } else if (!options_ended && strncmp(text, "--", 2) == 0) {
            TN_TRY(parse_option(options, count, argc, argv, &at, seen, error));
        } else if (!options_ended && text[0] == '-' && text[1] != '\0') {
            return tn_fail(error, TN_BAD_ARGUMENT, "unknown option '%s': options start with --",
                           text);
        } else {
            if (*positional_count == positional_max)
                return tn_fail(error, TN_BAD_ARGUMENT, "unexpected argument '%s'", text);
            positional[(*positional_count)++] = text;
            at++;
        }
    }
    return check_required(options, count, seen, error);
}

static int label_width(const tn_option *option) {
    const size_t value = option->value_name == NULL ? 0 : strlen(option->value_name) + 1;
    return (int)(strlen(option->name) + 2 + value);
}

void tn_options_help(const tn_option *options, size_t count) {
    int widest = (int)strlen("--help");
    for (size_t i = 0; i < count; i++) {
        const int width = label_width(&options[i]);
        if (width > widest && width <= NAME_COLUMN_MAX) widest = width;
    }
    for (size_t i = 0; i < count; i++) {
        const tn_option *option = &options[i];
        const int pad = widest - label_width(option);
        printf("  --%s%s%s", option->name, option->value_name == NULL ? "" : " ",
               option->value_name == NULL ? "" : option->value_name);
        if (pad < 0)
            printf("\n  %*s", widest, "");
        else
            printf("%*s", pad, "");
        printf("  %s%s\n", option->help, option->is_required ? " (required)" : "");
    }
    printf("  %-*s  show this text\n", widest, "--help");
}
