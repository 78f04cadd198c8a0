/* test_tidy.c: the project's own sources against the rules of the house. A failure prints every
 * place. */
#include "tidy/tidy_rules.h"

#include <criterion/criterion.h>
#include <stdio.h>

static tn_arena arena;
static tidy_findings findings;
static const char *const c_endings[] = {".c", ".h", NULL};

static void start(void) {
    tn_arena_init(&arena, NULL);
    tidy_findings_init(&findings);
}

static void stop(void) {
    tidy_findings_deinit(&findings);
    tn_arena_deinit(&arena);
}

TestSuite(tidy, .init = start, .fini = stop);

static tidy_files sources_of(const char *const *folders, size_t count) {
    tidy_files files = {0};
    for (size_t i = 0; i < count; i++)
        tidy_files_read(&arena, TN_SOURCE_DIR, folders[i], c_endings, &files);
    cr_assert(files.count > 0, "no sources found in %s", TN_SOURCE_DIR);
    return files;
}

static tidy_files product_sources(void) {
    static const char *const folders[] = {"src", "include", "tools"};
    return sources_of(folders, 3);
}

static tidy_files all_sources(void) {
    static const char *const folders[] = {"src", "include", "tools", "tests", "bench"};
    return sources_of(folders, 5);
}

static void assert_clean(void) {
    if (findings.count > 0) fprintf(stderr, "%s", findings.text.data);
    cr_assert(findings.count == 0, "%zu places, listed above", findings.count);
}

static void check_each(tidy_files files, void (*check)(const tidy_file *, tidy_findings *)) {
    for (size_t i = 0; i < files.count; i++)
        check(&files.items[i], &findings);
    assert_clean();
}

Test(tidy, every_include_obeys_the_law_of_layers) {
    static const char *const endings[] = {"layers.txt", NULL};
    tidy_files laws = {0};
    tidy_files_read(&arena, TN_SOURCE_DIR, "src", endings, &laws);
    cr_assert(laws.count == 1);
    tidy_law law;
    tidy_law_read(&laws.items[0], &law, &findings);
    const tidy_files files = product_sources();
    for (size_t i = 0; i < files.count; i++)
        tidy_check_includes(&law, &files.items[i], &findings);
    assert_clean();
}

Test(tidy, only_lanes_includes_intrinsics) {
    check_each(all_sources(), tidy_check_intrinsics);
}

Test(tidy, memory_files_time_and_threads_have_one_door_each) {
    check_each(product_sources(), tidy_check_doors);
}

Test(tidy, no_line_is_longer_than_100_characters) {
    check_each(all_sources(), tidy_check_lines);
}

Test(tidy, no_source_has_tabs) {
    check_each(all_sources(), tidy_check_tabs);
}

Test(tidy, no_source_marks_unfinished_work) {
    check_each(all_sources(), tidy_check_marks);
}

Test(tidy, every_header_has_a_guard_of_its_own) {
    const tidy_files files = all_sources();
    tidy_check_guards_differ(&files, &findings);
    check_each(files, tidy_check_guard);
}

Test(tidy, file_stems_are_unique_across_src) {
    static const char *const folders[] = {"src"};
    const tidy_files files = sources_of(folders, 1);
    tidy_check_stems(&files, &findings);
    assert_clean();
}

typedef struct census {
    size_t count;
    size_t over_guide;
    tidy_function longest;
} census;

static void take_census(void *context, const tidy_function *function) {
    census *to = context;
    to->count++;
    to->over_guide += function->lines > TIDY_FUNCTION_LINES_MAX;
    if (function->lines > to->longest.lines) to->longest = *function;
}

Test(tidy, nineteen_of_twenty_functions_keep_within_70_lines) {
    const tidy_files files = product_sources();
    census all = {0};
    for (size_t i = 0; i < files.count; i++)
        tidy_functions(&files.items[i], take_census, &all);
    cr_assert(all.count > 0);
    fprintf(stderr, "%zu functions, %zu over %d lines; the longest has %zu: %s:%zu\n", all.count,
            all.over_guide, TIDY_FUNCTION_LINES_MAX, all.longest.lines, all.longest.file->path,
            tidy_line_of(all.longest.file->code, all.longest.offset));
    tidy_check_functions(&files, &findings);
    assert_clean();
}
