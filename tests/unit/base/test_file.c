/* test_file.c: readers and writers, and every way in which they can fail. */
#include "base/fault.h"
#include "base/file.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static void enter_folder(void) {
    strcpy(folder, "/tmp/tenure-test-XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert(chdir(folder) == 0);
}

/* Removes the folder's files and returns how many there were. */
static size_t count_and_clear(void) {
    size_t count = 0;
    DIR *listing = opendir(folder);
    for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
        if (entry->d_name[0] == '.') continue;
        count++;
        unlink(entry->d_name);
    }
    closedir(listing);
    return count;
}

static void leave_folder(void) {
    count_and_clear();
    rmdir(folder);
}

TestSuite(file, .init = enter_folder, .fini = leave_folder);

static tn_status write_text(const char *path, const char *text, tn_error *error) {
    tn_writer *writer = NULL;
    tn_status status = tn_writer_open(path, &writer, error);
    if (status != TN_OK) return status;
    status = tn_writer_append(writer, text, strlen(text), error);
    if (status == TN_OK) status = tn_writer_commit(writer, error);
    tn_writer_close(writer);
    return status;
}

static void assert_content(const char *path, const char *wanted) {
    tn_buffer buffer;
    tn_buffer_init(&buffer, NULL);
    cr_assert(tn_file_read(path, 1 << 20, &buffer, NULL) == TN_OK, "%s", path);
    cr_assert(tn_str_is((tn_str){buffer.data, buffer.size}, wanted));
    tn_buffer_deinit(&buffer);
}

Test(file, what_was_committed_is_read_back) {
    cr_assert(write_text("a.txt", "first\n", NULL) == TN_OK);
    assert_content("a.txt", "first\n");
    cr_assert(write_text("a.txt", "second", NULL) == TN_OK);
    assert_content("a.txt", "second");
    cr_assert(write_text("empty", "", NULL) == TN_OK);
    assert_content("empty", "");
    cr_assert(count_and_clear() == 2, "no temporary file stays");
    cr_assert(tn_heap_used_bytes(NULL) == 0);
}

Test(file, nothing_changes_without_a_commit) {
    cr_assert(write_text("a.txt", "old", NULL) == TN_OK);
    tn_writer *writer = NULL;
    cr_assert(tn_writer_open("a.txt", &writer, NULL) == TN_OK);
    cr_assert(tn_writer_append(writer, "new", 3, NULL) == TN_OK);
    assert_content("a.txt", "old");
    tn_writer_close(writer);
    tn_writer_close(NULL);
    assert_content("a.txt", "old");
    cr_assert(count_and_clear() == 1);
}

Test(file, large_files_pass_through_in_pieces_of_any_size) {
    enum { SIZE = 5 << 20 };
    unsigned char *data = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        data[i] = (unsigned char)(i * 2654435761u >> 24);
    tn_writer *writer = NULL;
    cr_assert(tn_writer_open("big", &writer, NULL) == TN_OK);
    size_t at = 0;
    for (size_t step = 1; at < SIZE; step = step * 3 % 1999993 + 1) {
        const size_t size = step < SIZE - at ? step : SIZE - at;
        cr_assert(tn_writer_append(writer, data + at, size, NULL) == TN_OK);
        at += size;
    }
    cr_assert(tn_writer_commit(writer, NULL) == TN_OK);
    tn_writer_close(writer);
    tn_reader *reader = NULL;
    cr_assert(tn_reader_open("big", &reader, NULL) == TN_OK);
    cr_assert(tn_reader_size(reader) == SIZE && tn_reader_offset(reader) == 0);
    unsigned char *back = malloc(SIZE + 1);
    size_t got = 1;
    for (at = 0; got > 0; at += got)
        cr_assert(tn_reader_read(reader, back + at, SIZE + 1 - at, &got, NULL) == TN_OK);
    cr_assert(at == SIZE && memcmp(data, back, SIZE) == 0);
    cr_assert(tn_reader_offset(reader) == SIZE);
    tn_reader_close(reader);
    tn_reader_close(NULL);
    free(data);
    free(back);
}

Test(file, reading_stops_at_the_limit_and_not_before) {
    cr_assert(write_text("ten", "0123456789", NULL) == TN_OK);
    tn_buffer buffer;
    tn_buffer_init(&buffer, NULL);
    tn_error error;
    tn_buffer_append_str(&buffer, "kept:");
    cr_assert(tn_file_read("ten", 10, &buffer, &error) == TN_OK);
    cr_assert(tn_str_is((tn_str){buffer.data, buffer.size}, "kept:0123456789"));
    tn_buffer_clear(&buffer);
    cr_assert(tn_file_read("ten", 9, &buffer, &error) == TN_TOO_LARGE);
    cr_assert(strstr(error.message, "9 bytes") != NULL);
    cr_assert(buffer.size == 0, "a refused file leaves nothing behind");
    tn_buffer_deinit(&buffer);
}

Test(file, errors_name_the_file_and_tell_kinds_apart) {
    tn_error error;
    tn_buffer buffer;
    tn_buffer_init(&buffer, NULL);
    cr_assert(tn_file_read("missing.csv", 10, &buffer, &error) == TN_NOT_FOUND);
    cr_assert(strstr(error.message, "missing.csv") != NULL);
    cr_assert(tn_file_read(".", 10, &buffer, &error) == TN_IO, "a folder is no file");
    cr_assert(write_text("nowhere/out.csv", "x", &error) == TN_NOT_FOUND);
    cr_assert(write_text(".", "x", &error) == TN_IO);
    char path[6000];
    memset(path, 'p', sizeof path);
    path[sizeof path - 1] = '\0';
    cr_assert(write_text(path, "x", &error) != TN_OK);
    cr_assert(tn_file_read(path, 10, &buffer, &error) != TN_OK);
    path[4095] = '\0';
    for (size_t i = 1; i < 4095; i += 2)
        path[i] = '/'; /* long, but of short names */
    cr_assert(write_text(path, "x", &error) != TN_OK);
    tn_buffer_deinit(&buffer);
    cr_assert(tn_heap_used_bytes(NULL) == 0);
}

Test(file, a_new_file_is_readable_by_others_and_an_old_one_keeps_its_mode) {
    umask(022);
    struct stat info;
    cr_assert(write_text("new", "x", NULL) == TN_OK);
    cr_assert(stat("new", &info) == 0 && (info.st_mode & 0777) == 0644);
    cr_assert(chmod("new", 0600) == 0);
    cr_assert(write_text("new", "y", NULL) == TN_OK);
    cr_assert(stat("new", &info) == 0 && (info.st_mode & 0777) == 0600);
}

Test(file, a_symbolic_link_stays_a_link) {
    cr_assert(write_text("real", "old", NULL) == TN_OK);
    cr_assert(symlink("real", "link") == 0);
    cr_assert(write_text("link", "new", NULL) == TN_OK);
    struct stat info;
    cr_assert(lstat("link", &info) == 0 && S_ISLNK(info.st_mode));
    assert_content("real", "new");
}

Test(file, devices_are_written_in_place) {
    cr_assert(write_text("/dev/null", "gone", NULL) == TN_OK);
    struct stat info;
    cr_assert(stat("/dev/null", &info) == 0 && S_ISCHR(info.st_mode));
    tn_error error;
    cr_assert(write_text("/dev/full", "x", &error) == TN_DISK_FULL, "%s", error.message);
}

Test(file, a_dash_is_stdin_and_stdout) {
    cr_assert(write_text("in", "from stdin", NULL) == TN_OK);
    cr_assert(freopen("in", "r", stdin) != NULL);
    assert_content("-", "from stdin");
    fflush(stdout);
    const int saved = dup(STDOUT_FILENO);
    cr_assert(freopen("out", "w", stdout) != NULL);
    const tn_status status = write_text("-", "to stdout", NULL);
    dup2(saved, STDOUT_FILENO);
    cr_assert(status == TN_OK);
    assert_content("out", "to stdout");
    cr_assert(count_and_clear() == 2);
}

Test(file, every_fault_point_of_writing_is_reported_and_leaves_the_old_file) {
    static const struct {
        tn_fault point;
        unsigned n;
        int error_number;
        tn_status wanted;
    } cases[] = {
        {TN_FAULT_FILE_OPEN, 1, EACCES, TN_IO},
        {TN_FAULT_FILE_WRITE, 1, EIO, TN_IO},
        {TN_FAULT_FILE_WRITE, 1, ENOSPC, TN_DISK_FULL},
        {TN_FAULT_FILE_SYNC, 1, EIO, TN_IO},
        {TN_FAULT_FILE_SYNC, 1, ENOSPC, TN_DISK_FULL},
        {TN_FAULT_FILE_RENAME, 1, EXDEV, TN_IO},
        {TN_FAULT_RANDOM, 1, EIO, TN_IO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_assert(write_text("a.txt", "old", NULL) == TN_OK);
        tn_error error;
        tn_fault_arm(cases[i].point, cases[i].n, cases[i].error_number);
        cr_assert(write_text("a.txt", "new", &error) == cases[i].wanted, "case %zu", i);
        cr_assert(error.message[0] != '\0');
        assert_content("a.txt", "old");
        cr_assert(count_and_clear() == 1, "case %zu leaves a temporary file", i);
    }
}

Test(file, a_failing_sync_of_the_folder_is_reported) {
    tn_fault_arm(TN_FAULT_FILE_SYNC, 2, EIO);
    tn_error error;
    cr_assert(write_text("a.txt", "new", &error) == TN_IO);
}

Test(file, an_interrupted_call_is_repeated) {
    tn_fault_arm(TN_FAULT_FILE_WRITE, 1, EINTR);
    cr_assert(write_text("a.txt", "text", NULL) == TN_OK);
    tn_fault_arm(TN_FAULT_FILE_READ, 1, EINTR);
    assert_content("a.txt", "text");
}

Test(file, a_writer_that_failed_stays_failed) {
    tn_writer *writer = NULL;
    cr_assert(tn_writer_open("a.txt", &writer, NULL) == TN_OK);
    static char block[2 << 20];
    tn_fault_arm(TN_FAULT_FILE_WRITE, 1, ENOSPC);
    cr_assert(tn_writer_append(writer, block, sizeof block, NULL) == TN_DISK_FULL);
    cr_assert(tn_writer_append(writer, block, sizeof block, NULL) != TN_OK);
    cr_assert(tn_writer_commit(writer, NULL) != TN_OK);
    tn_writer_close(writer);
    cr_assert(count_and_clear() == 0);
}

Test(file, a_failing_read_is_reported) {
    cr_assert(write_text("a.txt", "text", NULL) == TN_OK);
    tn_buffer buffer;
    tn_buffer_init(&buffer, NULL);
    tn_fault_arm(TN_FAULT_FILE_READ, 2, EIO);
    cr_assert(tn_file_read("a.txt", 100, &buffer, NULL) == TN_IO);
    tn_fault_arm(TN_FAULT_FILE_OPEN, 1, EMFILE);
    cr_assert(tn_file_read("a.txt", 100, &buffer, NULL) == TN_IO);
    tn_buffer_deinit(&buffer);
}

Test(file, running_out_of_memory_anywhere_is_reported_and_leaks_nothing) {
    for (uint64_t n = 1; n < 6; n++) {
        tn_buffer buffer;
        tn_buffer_init(&buffer, NULL);
        tn_alloc_fail_at(n, false);
        tn_status status = write_text("a.txt", "text", NULL);
        if (status == TN_OK) status = tn_file_read("a.txt", 100, &buffer, NULL);
        tn_alloc_fail_at(0, false);
        tn_buffer_deinit(&buffer);
        cr_assert(status == (n <= 4 ? TN_OUT_OF_MEMORY : TN_OK), "allocation %d", (int)n);
        cr_assert(tn_heap_used_bytes(NULL) == 0);
    }
}

Test(file, a_folder_is_made_once_and_may_exist) {
    cr_assert(tn_directory_create("sub", NULL) == TN_OK);
    cr_assert(tn_directory_create("sub", NULL) == TN_OK);
    cr_assert(tn_directory_create("no/sub", NULL) == TN_NOT_FOUND);
    cr_assert(write_text("plain", "x", NULL) == TN_OK);
    tn_error error;
    cr_assert(tn_directory_create("plain", &error) == TN_IO);
    cr_assert(rmdir("sub") == 0);
}
