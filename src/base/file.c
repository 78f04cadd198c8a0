/* file.c: POSIX file descriptors behind readers and writers.
 *
 * A writer fills a temporary file in the folder of its target, so that the rename at the end stays
 * inside one file system and is atomic; before it the file's bytes are synced, after it the
 * folder's entry. What is not a regular file (a pipe, a terminal, /dev/null) is written directly.
 */
#include "base/file.h"

#include "base/assert.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/rng.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITER_BUFFER_SIZE = 1 << 20, READ_STEP = 1 << 16, TEMPORARY_TRIES = 16 };

struct tn_reader {
    int descriptor;
    bool is_standard; /* stdin, which is not ours to close */
    uint64_t size_bytes;
    uint64_t offset;
    size_t path_size;
    char path[];
};

struct tn_writer {
    int descriptor; /* -1 once closed */
    bool is_direct; /* written in place: stdout, a pipe, a device */
    bool is_standard;
    bool is_committed;
    bool is_failed; /* a failed write is final */
    size_t used;    /* of the buffer */
    char *buffer;
    char target[PATH_MAX];
    char temporary[PATH_MAX];
};

static const char *reason_text(int error_number, char *scratch, size_t size) {
    return strerror_r(error_number, scratch, size);
}

/* Reports errno about a path. */
static tn_status fail_io(tn_error *error, const char *verb, const char *path, int error_number) {
    char scratch[128];
    tn_status status = TN_IO;
    if (error_number == ENOENT || error_number == ENOTDIR) status = TN_NOT_FOUND;
    if (error_number == ENOSPC || error_number == EDQUOT) status = TN_DISK_FULL;
    if (error_number == ENOMEM) status = TN_OUT_OF_MEMORY;
    return tn_fail(error, status, "cannot %s '%s': %s", verb, path,
                   reason_text(error_number, scratch, sizeof scratch));
}

static int open_retrying(const char *path, int flags, mode_t mode) {
    if (tn_fault_hit(TN_FAULT_FILE_OPEN)) return -1;
    int descriptor = -1;
    do
        descriptor = open(path, flags | O_CLOEXEC, mode);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

static bool is_dash(const char *path) {
    return strcmp(path, "-") == 0;
}

static tn_status reader_start(tn_reader *reader, tn_error *error) {
    reader->is_standard = is_dash(reader->path);
    reader->descriptor =
        reader->is_standard ? STDIN_FILENO : open_retrying(reader->path, O_RDONLY, 0);
    if (reader->descriptor < 0) return fail_io(error, "open", reader->path, errno);
    struct stat info;
    if (fstat(reader->descriptor, &info) != 0) return fail_io(error, "open", reader->path, errno);
    if (S_ISDIR(info.st_mode)) return fail_io(error, "read", reader->path, EISDIR);
    if (S_ISREG(info.st_mode)) reader->size_bytes = (uint64_t)info.st_size;
    return TN_OK;
}

tn_status tn_reader_open(const char *path, tn_reader **out, tn_error *error) {
    const size_t path_size = strlen(path);
    tn_reader *reader = tn_alloc_zero(NULL, sizeof *reader + path_size + 1);
    if (reader == NULL) return tn_fail_memory(error);
    reader->path_size = path_size;
    memcpy(reader->path, path, path_size + 1);
    const tn_status status = reader_start(reader, error);
    if (status != TN_OK) {
        tn_reader_close(reader);
        return status;
    }
    *out = reader;
    return TN_OK;
}

tn_status tn_reader_read(tn_reader *reader, void *out, size_t size, size_t *got, tn_error *error) {
    if (size > SSIZE_MAX) size = SSIZE_MAX;
    ssize_t count = -1;
    do {
        count = tn_fault_hit(TN_FAULT_FILE_READ) ? -1 : read(reader->descriptor, out, size);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return fail_io(error, "read", reader->path, errno);
    reader->offset += (uint64_t)count;
    *got = (size_t)count;
    return TN_OK;
}

uint64_t tn_reader_size(const tn_reader *reader) {
    return reader->size_bytes;
}

uint64_t tn_reader_offset(const tn_reader *reader) {
    return reader->offset;
}

void tn_reader_close(tn_reader *reader) {
    if (reader == NULL) return;
    if (reader->descriptor >= 0 && !reader->is_standard) close(reader->descriptor);
    tn_free(NULL, reader, sizeof *reader + reader->path_size + 1);
}

/* Reads to the end; one byte past the limit is asked for, to tell "full" from "too large". */
static tn_status read_all(tn_reader *reader, size_t limit_bytes, tn_buffer *out, tn_error *error) {
    const size_t start = out->size;
    for (;;) {
        const size_t used = out->size - start;
        size_t want = limit_bytes - used;
        if (want > READ_STEP) want = READ_STEP;
        char *room = tn_buffer_reserve(out, want + 1);
        if (room == NULL) return tn_fail_memory(error);
        size_t got = 0;
        TN_TRY(tn_reader_read(reader, room, want + 1, &got, error));
        if (got == 0) return TN_OK;
        if (got > limit_bytes - used)
            return tn_fail(error, TN_TOO_LARGE, "'%s' is larger than %zu bytes", reader->path,
                           limit_bytes);
        out->size += got;
    }
}

tn_status tn_file_read(const char *path, size_t limit_bytes, tn_buffer *out, tn_error *error) {
    tn_reader *reader = NULL;
    TN_TRY(tn_reader_open(path, &reader, error));
    const size_t size_before = out->size;
    const tn_status status = read_all(reader, limit_bytes, out, error);
    if (status != TN_OK) out->size = size_before;
    tn_reader_close(reader);
    return status;
}

static tn_status fail_too_long(tn_error *error, const char *path) {
    return tn_fail(error, TN_BAD_ARGUMENT, "the path '%.200s…' is too long", path);
}

/* Opens a new file beside the target, under a name that nobody else has. */
static tn_status temporary_open(tn_writer *writer, mode_t mode, tn_error *error) {
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        uint32_t suffix = 0;
        if (tn_random_bytes(&suffix, sizeof suffix) != TN_OK)
            return fail_io(error, "create", writer->target, errno);
        const int length = snprintf(writer->temporary, sizeof writer->temporary, "%s.%08x.tmp",
                                    writer->target, suffix);
        if (length >= (int)sizeof writer->temporary) {
            writer->temporary[0] = '\0';
            return fail_too_long(error, writer->target);
        }
        writer->descriptor = open_retrying(writer->temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
        if (writer->descriptor >= 0) return TN_OK;
        if (errno != EEXIST) break;
    }
    writer->temporary[0] = '\0';
    return fail_io(error, "create", writer->target, errno);
}

/* Decides between writing in place and beside; follows a symbolic link to what it names. */
static tn_status writer_start(tn_writer *writer, const char *path, tn_error *error) {
    if (is_dash(path)) {
        memcpy(writer->target, path, sizeof "-");
        writer->is_direct = true;
        writer->is_standard = true;
        writer->descriptor = STDOUT_FILENO;
        fflush(stdout); /* what was printed before comes before */
        return TN_OK;
    }
    if (realpath(path, writer->target) == NULL) {
        if (errno != ENOENT) return fail_io(error, "create", path, errno);
        if (strlen(path) >= sizeof writer->target) return fail_too_long(error, path);
        memcpy(writer->target, path, strlen(path) + 1);
    }
    struct stat info;
    if (stat(writer->target, &info) != 0) return temporary_open(writer, 0666, error);
    if (S_ISDIR(info.st_mode)) return fail_io(error, "write", path, EISDIR);
    if (S_ISREG(info.st_mode)) {
        if (access(writer->target, W_OK) != 0) return fail_io(error, "write", path, errno);
        return temporary_open(writer, info.st_mode & 0777, error);
    }
    writer->is_direct = true;
    writer->descriptor = open_retrying(writer->target, O_WRONLY, 0);
    return writer->descriptor < 0 ? fail_io(error, "write", path, errno) : TN_OK;
}

tn_status tn_writer_open(const char *path, tn_writer **out, tn_error *error) {
    tn_writer *writer = tn_alloc_zero(NULL, sizeof *writer);
    if (writer == NULL) return tn_fail_memory(error);
    writer->descriptor = -1;
    writer->buffer = tn_alloc(NULL, WRITER_BUFFER_SIZE);
    const tn_status status =
        writer->buffer == NULL ? tn_fail_memory(error) : writer_start(writer, path, error);
    if (status != TN_OK) {
        tn_writer_close(writer);
        return status;
    }
    *out = writer;
    return TN_OK;
}

static tn_status write_all(tn_writer *writer, const char *data, size_t size, tn_error *error) {
    if (writer->is_failed) return fail_io(error, "write", writer->target, EIO);
    while (size > 0) {
        const ssize_t count =
            tn_fault_hit(TN_FAULT_FILE_WRITE) ? -1 : write(writer->descriptor, data, size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            writer->is_failed = true;
            return fail_io(error, "write", writer->target, errno);
        }
        data += count;
        size -= (size_t)count;
    }
    return TN_OK;
}

static tn_status writer_flush(tn_writer *writer, tn_error *error) {
    const size_t used = writer->used;
    writer->used = 0;
    return write_all(writer, writer->buffer, used, error);
}

tn_status tn_writer_append(tn_writer *writer, const void *data, size_t size, tn_error *error) {
    TN_ASSERT(!writer->is_committed);
    if (size > WRITER_BUFFER_SIZE - writer->used) {
        TN_TRY(writer_flush(writer, error));
        if (size >= WRITER_BUFFER_SIZE) return write_all(writer, data, size, error);
    }
    if (size > 0) memcpy(writer->buffer + writer->used, data, size);
    writer->used += size;
    return TN_OK;
}

static int sync_descriptor(int descriptor) {
    if (tn_fault_hit(TN_FAULT_FILE_SYNC)) return -1;
    return fsync(descriptor);
}

/* Makes the new name survive a power cut. A file system that cannot sync a folder is not an error.
 */
static tn_status sync_folder_of(const char *path, tn_error *error) {
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const size_t size = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    memcpy(folder, slash == NULL ? "." : path, slash == NULL ? 1 : size);
    folder[slash == NULL ? 1 : size] = '\0';
    const int descriptor = open_retrying(folder, O_RDONLY | O_DIRECTORY, 0);
    if (descriptor < 0) return fail_io(error, "sync", folder, errno);
    const int result = sync_descriptor(descriptor);
    const int error_number = errno;
    close(descriptor);
    if (result != 0 && error_number != EINVAL && error_number != ENOTSUP)
        return fail_io(error, "sync", folder, error_number);
    return TN_OK;
}

tn_status tn_writer_commit(tn_writer *writer, tn_error *error) {
    TN_ASSERT(!writer->is_committed);
    TN_TRY(writer_flush(writer, error));
    if (!writer->is_direct) {
        if (sync_descriptor(writer->descriptor) != 0)
            return fail_io(error, "sync", writer->target, errno);
    }
    if (!writer->is_standard) {
        const int result = close(writer->descriptor);
        writer->descriptor = -1;
        if (result != 0) return fail_io(error, "close", writer->target, errno);
    }
    if (!writer->is_direct) {
        if (tn_fault_hit(TN_FAULT_FILE_RENAME) || rename(writer->temporary, writer->target) != 0)
            return fail_io(error, "rename to", writer->target, errno);
        writer->temporary[0] = '\0';
    }
    writer->is_committed = true;
    return writer->is_direct ? TN_OK : sync_folder_of(writer->target, error);
}

void tn_writer_close(tn_writer *writer) {
    if (writer == NULL) return;
    if (writer->descriptor >= 0 && !writer->is_standard) close(writer->descriptor);
    if (writer->temporary[0] != '\0') unlink(writer->temporary);
    tn_free(NULL, writer->buffer, WRITER_BUFFER_SIZE);
    tn_free(NULL, writer, sizeof *writer);
}

tn_status tn_directory_create(const char *path, tn_error *error) {
    if (!tn_fault_hit(TN_FAULT_FILE_OPEN) && mkdir(path, 0777) == 0) return TN_OK;
    const int error_number = errno;
    struct stat info;
    if (error_number == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return TN_OK;
    return fail_io(error, "create", path, error_number);
}
