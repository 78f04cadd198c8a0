/* main.c: the program `tenure`: finds the command and runs it. */
#include "cli.h"

#include "base/error.h"

#include <stdio.h>
#include <tenure/version.h>

typedef struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *about;
} command;

static const command commands[] = {
    {"check", tn_cmd_check, "validate a model file and say what it understood"},
    {"fit", tn_cmd_fit, "fit a purchase model and a spend model to transactions"},
    {"predict", tn_cmd_predict, "expected purchases, spend and value of each customer"},
    {"score", tn_cmd_score, "score a customer base: a report, and rows in a file"},
    {"explain", tn_cmd_explain, "show what one customer's scores are made of"},
    {"generate", tn_cmd_generate, "draw a synthetic customer base from known parameters"},
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void print_help(void) {
    puts("usage: tenure COMMAND [OPTION…]\n\n"
         "Scores customer bases: lead scores, RFM, lifecycle stages, segments, lifetime value.\n\n"
         "commands:");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        printf("  %-10s%s\n", commands[i].name, commands[i].about);
    puts("\n  'tenure COMMAND --help' says more about a command\n"
         "  --version  print the version\n"
         "  --help     show this text");
}

static int fail_unknown(const char *name) {
    const char *names[COMMAND_COUNT];
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    const int nearest = tn_nearest_name(name, strlen(name), names, COMMAND_COUNT);
    const char *kind = name[0] == '-' ? "option" : "command";
    fprintf(stderr, "tenure: unknown %s '%s'", kind, name);
    if (nearest >= 0) fprintf(stderr, "; did you mean '%s'?", names[nearest]);
    fputs("\n'tenure --help' lists the commands\n", stderr);
    return TN_EXIT_USAGE;
}

static int run(int argc, char **argv) {
    if (argc < 2) {
        fputs("tenure: which command? 'tenure --help' lists them\n", stderr);
        return TN_EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0) {
        printf("tenure %s\n", tn_version());
        return TN_EXIT_OK;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_help();
        return TN_EXIT_OK;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(name, commands[i].name) == 0) return commands[i].run(argc - 1, argv + 1);
    }
    return fail_unknown(name);
}

int main(int argc, char **argv) {
    const int status = run(argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    fputs("tenure: cannot write to stdout\n", stderr);
    return status == TN_EXIT_OK ? TN_EXIT_FAILED : status;
}
