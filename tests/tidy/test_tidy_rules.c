/* test_tidy_rules.c: each rule on small texts: what it must find, and what it must let pass. */
#include "tidy/tidy_rules.h"

#include <criterion/criterion.h>

static tn_arena arena;
static tidy_findings findings;

static void start(void) {
    tn_arena_init(&arena, NULL);
    tidy_findings_init(&findings);
}

static void stop(void) {
    tidy_findings_deinit(&findings);
    tn_arena_deinit(&arena);
}

TestSuite(tidy_rules, .init = start, .fini = stop);

static tidy_file file_of(const char *path, const char *text) {
    tidy_file file;
    tidy_file_init(&arena, path, tn_str_of(text), &file);
    return file;
}

/* The complaints since the last call must be as many, and the last must say this. */
static void assert_found(size_t count, const char *message) {
    const char *text = findings.count > 0 ? findings.text.data : "";
    cr_assert(findings.count == count, "%zu complaints: %s", findings.count, text);
    if (count > 0) cr_assert(strstr(text, message) != NULL, "%s", text);
    tidy_findings_deinit(&findings);
    tidy_findings_init(&findings);
}

typedef void rule(const tidy_file *file, tidy_findings *findings);

static void apply(rule *check, const char *path, const char *text, size_t count,
                  const char *message) {
    const tidy_file file = file_of(path, text);
    check(&file, &findings);
    assert_found(count, message);
}

Test(tidy_rules, comments_and_literals_are_not_code) {
    const tidy_file file =
        file_of("src/a/x.c", "a /* b\n c */ d // e\nf(\"g\\\"h\", 'i') /*/ j */k");
    cr_assert(tn_str_is(file.code, "a     \n      d     \nf(\"    \", ' ')         k"), "%s",
              file.code.data);
}

Test(tidy_rules, a_complaint_names_file_and_line_and_quotes_it) {
    const tidy_file file = file_of("src/a/x.c", "one\ntwo\nthree\n");
    tidy_complain(&findings, &file, 5, "odd %d", 7);
    tidy_complain(&findings, &file, 0, "more");
    cr_assert_str_eq(findings.text.data,
                     "src/a/x.c:2: odd 7\n    two\nsrc/a/x.c:1: more\n    one\n");
}

static const char law_text[] =
    "# words\napi:\nbase: api\nstore: api base\nserver: base engine/core.h\n"
    "engine: base store\ntools: api base\n";

static void include(const char *path, const char *text, size_t count, const char *message) {
    const tidy_file law_file = file_of("src/layers.txt", law_text);
    tidy_law law;
    tidy_law_read(&law_file, &law, &findings);
    cr_assert(findings.count == 0 && law.count == 6);
    const tidy_file file = file_of(path, text);
    tidy_check_includes(&law, &file, &findings);
    assert_found(count, message);
}

Test(tidy_rules, an_include_against_the_law_is_found) {
    include("src/store/x.c", "#include \"base/a.h\"\n#include \"store/b.h\"\n", 0, "");
    include("src/store/x.c", "#include <stdio.h>\n#include <tenure/types.h>\n", 0, "");
    include("src/base/x.c", "int a;\n#include \"store/b.h\"\n", 1, "x.c:2: layer base may not");
    include("src/base/x.c", "#  include \"engine/b.h\"\n", 1, "layer base may not");
    include("src/server/x.c", "#include \"engine/core.h\"\n", 0, "");
    include("src/server/x.c", "#include \"engine/shard.h\"\n", 1, "may not include layer engine");
    include("src/server/x.c", "#include <tenure/types.h>\n", 1, "may not include layer api");
    include("src/store/x.c", "#include \"x.h\"\n", 1, "name a layer");
    include("src/store/x.c", "#include \"../base/x.h\"\n", 1, "name a layer");
    include("src/cellar/x.c", "int a;\n", 1, "no layer 'cellar'");
    include("include/tenure/x.h", "#include <tenure/y.h>\n", 0, "");
    include("include/tenure/x.h", "#include \"base/y.h\"\n", 1, "layer api may not");
    include("tools/tenure/x.c", "#include \"csv.h\"\n#include \"base/y.h\"\n", 0, "");
    include("tools/tenure/x.c", "#include \"store/y.h\"\n", 1, "layer tools may not");
    include("src/base/x.c", "/* #include \"store/b.h\" */\n", 0, "");
    include("tests/x.c", "#include \"store/b.h\"\n", 0, "");
}

Test(tidy_rules, a_law_that_cannot_be_read_is_found) {
    const tidy_file file = file_of("src/layers.txt", "base api\n");
    tidy_law law;
    tidy_law_read(&file, &law, &findings);
    assert_found(1, "layers.txt:1");
}

Test(tidy_rules, intrinsics_are_found_outside_lanes) {
    apply(tidy_check_intrinsics, "src/kernels/x.c", "#include <immintrin.h>\n", 1, "only src");
    apply(tidy_check_intrinsics, "src/base/x.c", "#include <x86intrin.h>\n", 1, "only src");
    apply(tidy_check_intrinsics, "tests/x.c", "#include <arm_neon.h>\n", 1, "only src");
    apply(tidy_check_intrinsics, "src/kernels/lanes.h", "#include <immintrin.h>\n", 0, "");
    apply(tidy_check_intrinsics, "src/kernels/x.c", "// #include <immintrin.h>\n", 0, "");
}

Test(tidy_rules, calls_past_a_door_are_found) {
    rule *const check = tidy_check_doors;
    apply(check, "src/base/x.c", "p = malloc(3);\n", 1, "base/alloc.h");
    apply(check, "src/base/x.c", "free (p); q = realloc(p, 1); r = calloc(1, 2);\n", 3, "calloc");
    apply(check, "src/base/alloc.c", "p = malloc(3);\n", 0, "");
    apply(check, "tools/tenure/x.c", "f = fopen(\"a\", \"b\");\n", 1, "base/file.h");
    apply(check, "src/store/x.c", "n = read(fd, b, 1) + write(fd, b, 1) + open(p, 0);\n", 3,
          "open");
    apply(check, "src/base/file.c", "n = read(fd, b, 1);\n", 0, "");
    apply(check, "src/engine/x.c", "t = time(NULL);\nclock_gettime(0, &t);\n", 2, "x.c:2");
    apply(check, "src/base/clock.c", "clock_gettime(0, &t);\n", 0, "");
    apply(check, "src/engine/x.c", "pthread_create(&t, NULL, f, NULL);\n", 1, "base/thread.h");
    apply(check, "src/base/thread.c", "pthread_create(&t, NULL, f, NULL);\n", 0, "");
    apply(check, "src/base/x.c", "exit(1);\n", 1, "ends the process");
    apply(check, "src/base/assert.c", "abort();\n", 0, "");
    apply(check, "tools/tenure/main.c", "exit(1);\n", 0, "");
    apply(check, "src/store/x.c", "tn_free(h, p, 1); index_open(x); a.read(b); a->write(b);\n", 0,
          "");
    apply(check, "src/store/x.c", "int time = 3; /* malloc(3) */ s = \"free(p)\";\n", 0, "");
}

Test(tidy_rules, long_lines_are_counted_in_characters) {
    char text[300];
    memset(text, 'x', 101);
    strcpy(text + 101, "\n");
    apply(tidy_check_lines, "src/a/x.c", text, 1, "101 characters");
    strcpy(text + 100, "\n");
    apply(tidy_check_lines, "src/a/x.c", text, 0, "");
    for (size_t i = 0; i < 100; i++)
        memcpy(text + 2 * i, "ä", 2);
    strcpy(text + 200, "\n");
    apply(tidy_check_lines, "src/a/x.c", text, 0, "");
}

Test(tidy_rules, tabs_and_marks_of_unfinished_work_are_found) {
    apply(tidy_check_tabs, "src/a/x.c", "a\n\tb\n", 1, "x.c:2: a tab");
    apply(tidy_check_tabs, "src/a/x.c", "a\n    b\n", 0, "");
    apply(tidy_check_marks, "src/a/x.c",
          "/* TO"
          "DO: more */\n",
          1, "unfinished");
    apply(tidy_check_marks, "src/a/x.c",
          "int a; // FIX"
          "ME\n",
          1, "unfinished");
    apply(tidy_check_marks, "src/a/x.c", "/* todo list of a customer */\n", 0, "");
}

Test(tidy_rules, a_header_without_a_guard_is_found) {
    rule *const check = tidy_check_guard;
    apply(check, "src/a/x.h", "/* x */\n#ifndef A\n#define A\nint a;\n#endif\n", 0, "");
    apply(check, "src/a/x.h", "int a;\n", 1, "guard");
    apply(check, "src/a/x.h", "#ifndef A\n#define B\nint a;\n#endif\n", 1, "guard");
    apply(check, "src/a/x.h", "int b;\n#ifndef A\n#define A\nint a;\n#endif\n", 1, "guard");
    apply(check, "src/a/x.h", "#ifndef A\n#define A\n#endif\nint a;\n", 1, "guard");
    apply(check, "src/a/x.h", "", 1, "guard");
    apply(check, "src/a/x.c", "int a;\n", 0, "");
}

Test(tidy_rules, two_headers_with_one_guard_are_found) {
    static const char text[] = "#ifndef A\n#define A\n#endif\n";
    tidy_file items[2] = {file_of("src/a/x.h", text), file_of("src/a/y.h", text)};
    tidy_check_guards_differ(&(tidy_files){items, 2, 2}, &findings);
    assert_found(1, "has the guard of src/a/x.h");
    tidy_check_guards_differ(&(tidy_files){items, 1, 2}, &findings);
    assert_found(0, "");
}

Test(tidy_rules, equal_stems_are_found_across_folders_only) {
    tidy_file items[4] = {file_of("src/a/x.c", ""), file_of("src/a/x.h", ""),
                          file_of("src/b/y.c", ""), file_of("src/b/x.c", "")};
    tidy_check_stems(&(tidy_files){items, 3, 4}, &findings);
    assert_found(0, "");
    tidy_check_stems(&(tidy_files){items, 4, 4}, &findings);
    assert_found(2, "src/a/x.h has the same stem");
}

/* A source with `count` functions of `lines` lines each, and things that are none. */
static tidy_file functions_of(size_t count, size_t lines, size_t long_count) {
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    tn_buffer_append_str(&text, "#define M(x) \\\n    do { \\\n    } while (0)\n"
                                "extern \"C\" {\nstruct s {\n    int a;\n};\n"
                                "int table[] = {1, 2,\n    3};\n");
    for (size_t i = 0; i < count; i++) {
        tn_buffer_append_str(&text, "int f(int a,\n      int b)\n{\n");
        for (size_t n = 2; n < lines + (i < long_count ? 100 : 0); n++)
            tn_buffer_append_str(&text, n == 2 ? "    if (a) { b(\"}\"); }\n" : "    a();\n");
        tn_buffer_append_str(&text, "}\n");
    }
    tn_buffer_append_str(&text, "}\n");
    tn_buffer_append_char(&text, '\0');
    const tidy_file file = file_of("src/a/x.c", text.data);
    tn_buffer_deinit(&text);
    return file;
}

typedef struct seen {
    size_t count;
    size_t lines;
} seen;

static void see(void *context, const tidy_function *function) {
    seen *to = context;
    to->count++;
    to->lines += function->lines;
}

Test(tidy_rules, functions_are_found_and_measured) {
    const tidy_file file = functions_of(5, 12, 0);
    seen got = {0};
    tidy_functions(&file, see, &got);
    cr_assert(got.count == 5 && got.lines == 60, "%zu functions, %zu lines", got.count, got.lines);
}

Test(tidy_rules, too_many_long_functions_are_found_and_a_few_are_not) {
    tidy_file file = functions_of(40, 70, 0);
    tidy_check_functions(&(tidy_files){&file, 1, 1}, &findings);
    assert_found(0, "");
    file = functions_of(40, 70, 2);
    tidy_check_functions(&(tidy_files){&file, 1, 1}, &findings);
    assert_found(0, "");
    file = functions_of(40, 70, 3);
    tidy_check_functions(&(tidy_files){&file, 1, 1}, &findings);
    assert_found(3, "a function of 170 lines");
}
