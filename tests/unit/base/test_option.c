/* test_option.c: the command line. */
#include "base/option.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct command {
    bool strict;
    const char *model;
    const char *out;
    bool has_out;
    uint64_t customers;
    double horizon;
    tn_option_list columns;
    const char *positional[2];
    size_t positional_count;
    bool wants_help;
    tn_error error;
} command;

enum { OPTION_COUNT = 6 };

static void options_of(command *to, tn_option options[OPTION_COUNT]) {
    const tn_option table[OPTION_COUNT] = {
        {"strict", TN_OPTION_FLAG, &to->strict, NULL, "stop at the first bad row", false, NULL},
        {"model", TN_OPTION_TEXT, &to->model, "FILE", "the model file", true, NULL},
        {"out", TN_OPTION_TEXT, &to->out, "FILE", "where the rows go", false, &to->has_out},
        {"customers", TN_OPTION_COUNT, &to->customers, "N", "how many", false, NULL},
        {"horizon", TN_OPTION_NUMBER, &to->horizon, "WEEKS", "how far", false, NULL},
        {"columns", TN_OPTION_LIST, &to->columns, "A=B", "names", false, NULL}};
    memcpy(options, table, sizeof table);
}

static tn_status parse(command *to, const char *line) {
    static char words[1000];
    static char *argv[100];
    *to = (command){0};
    strcpy(words, line);
    int argc = 0;
    argv[argc++] = (char *)(size_t) "tenure";
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    tn_option options[OPTION_COUNT];
    options_of(to, options);
    return tn_options_parse(options, OPTION_COUNT, argc, argv, to->positional, 2,
                            &to->positional_count, &to->wants_help, &to->error);
}

Test(option, values_come_behind_a_space_or_an_equals_sign) {
    command got;
    cr_assert(parse(&got, "--model a.yaml --customers=100 --horizon 2.5 --strict") == TN_OK);
    cr_assert_str_eq(got.model, "a.yaml");
    cr_assert(got.customers == 100 && got.horizon == 2.5 && got.strict && !got.has_out);
    cr_assert(parse(&got, "--model=a=b --out=") == TN_OK);
    cr_assert_str_eq(got.model, "a=b");
    cr_assert(got.has_out && got.out[0] == '\0');
    cr_assert(parse(&got, "--model --strict") == TN_OK, "a value may begin with dashes");
    cr_assert_str_eq(got.model, "--strict");
}

Test(option, positional_arguments_mix_and_double_dash_ends_options) {
    command got;
    cr_assert(parse(&got, "one --model m -- --strict") == TN_OK);
    cr_assert(got.positional_count == 2 && !got.strict);
    cr_assert_str_eq(got.positional[0], "one");
    cr_assert_str_eq(got.positional[1], "--strict");
    cr_assert(parse(&got, "--model m -") == TN_OK, "a dash is an argument");
    cr_assert(got.positional_count == 1);
    cr_assert(parse(&got, "--model m one two three") == TN_BAD_ARGUMENT);
    cr_assert(strstr(got.error.message, "three") != NULL);
}

Test(option, a_list_is_given_several_times_and_nothing_else_is) {
    command got;
    cr_assert(parse(&got, "--columns a=b --model m --columns=c=d") == TN_OK);
    cr_assert(got.columns.count == 2);
    cr_assert_str_eq(got.columns.items[0], "a=b");
    cr_assert_str_eq(got.columns.items[1], "c=d");
    char many[1000] = "--model m";
    for (size_t i = 0; i < TN_OPTION_LIST_MAX; i++)
        strcat(many, " --columns=x");
    cr_assert(parse(&got, many) == TN_OK && got.columns.count == TN_OPTION_LIST_MAX);
    strcat(many, " --columns=x");
    cr_assert(parse(&got, many) == TN_BAD_ARGUMENT);
    cr_assert(strstr(got.error.message, "more than 64 times") != NULL);
    cr_assert(parse(&got, "--model a --model b") == TN_BAD_ARGUMENT);
    cr_assert(strstr(got.error.message, "twice") != NULL);
}

Test(option, mistakes_are_explained) {
    static const struct {
        const char *line;
        const char *message;
    } cases[] = {
        {"--model m --strikt", "unknown option '--strikt'"},
        {"--model", "--model needs a value"},
        {"--strict", "--model FILE is missing"},
        {"--model m --customers ten", "whole number"},
        {"--model m --customers -1", "whole number"},
        {"--model m --customers 1.5", "whole number"},
        {"--model m --horizon 5w", "wants a number"},
        {"--model m --strict=yes", "takes no value"},
        {"--model m -x", "options start with --"},
        {"--=m", "unknown option"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        command got;
        cr_assert(parse(&got, cases[i].line) == TN_BAD_ARGUMENT, "%s", cases[i].line);
        cr_assert(strstr(got.error.message, cases[i].message) != NULL, "%s: %s", cases[i].line,
                  got.error.message);
    }
    command got;
    cr_assert(parse(&got, "--strikt") == TN_BAD_ARGUMENT);
    cr_assert(strstr(got.error.detail, "--strict") != NULL, "names the nearest");
}

Test(option, help_wins_over_what_is_missing) {
    command got;
    cr_assert(parse(&got, "--strict --help --nonsense") == TN_OK && got.wants_help);
    cr_assert(parse(&got, "--model m") == TN_OK && !got.wants_help);
}

Test(option, the_help_table_is_aligned, .init = cr_redirect_stdout) {
    command to;
    tn_option options[OPTION_COUNT];
    options_of(&to, options);
    tn_options_help(options, OPTION_COUNT);
    fflush(stdout);
    cr_assert_stdout_eq_str("  --strict         stop at the first bad row\n"
                            "  --model FILE     the model file (required)\n"
                            "  --out FILE       where the rows go\n"
                            "  --customers N    how many\n"
                            "  --horizon WEEKS  how far\n"
                            "  --columns A=B    names\n"
                            "  --help           show this text\n");
}
