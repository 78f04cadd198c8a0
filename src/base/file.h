/* file.h: the only door to files. Reads whole files and streams, writes files atomically.
 * Every operation can be made to fail by a fault point (fault.h). */
#ifndef TN_BASE_FILE_H
#define TN_BASE_FILE_H

#include "base/bytes.h"

#include <tenure/status.h>

/* Reads a whole file ("-" is stdin) of at most `limit_bytes` into `out` (initialised). */
tn_status tn_file_read(const char *path, size_t limit_bytes, tn_buffer *out,
                       tn_error *error) TN_MUST_CHECK;

typedef struct tn_reader tn_reader;
tn_status tn_reader_open(const char *path, tn_reader **out, tn_error *error) TN_MUST_CHECK;
/* *got = 0 at the end. */
tn_status tn_reader_read(tn_reader *reader, void *out, size_t size, size_t *got,
                         tn_error *error) TN_MUST_CHECK;
/* Size of a regular file in bytes, 0 when unknown (a pipe). */
uint64_t tn_reader_size(const tn_reader *reader);
uint64_t tn_reader_offset(const tn_reader *reader);
void tn_reader_close(tn_reader *reader);

/* A buffered writer. A regular path is written to a temporary name beside it and renamed by commit;
 * "-" is stdout. Close without commit removes the temporary file. */
typedef struct tn_writer tn_writer;
tn_status tn_writer_open(const char *path, tn_writer **out, tn_error *error) TN_MUST_CHECK;
tn_status tn_writer_append(tn_writer *writer, const void *data, size_t size,
                           tn_error *error) TN_MUST_CHECK;
/* Flushes, syncs, renames. DISK_FULL and IO are told apart. */
tn_status tn_writer_commit(tn_writer *writer, tn_error *error) TN_MUST_CHECK;
void tn_writer_close(tn_writer *writer); /* NULL is allowed */

tn_status tn_directory_create(const char *path, tn_error *error) TN_MUST_CHECK; /* existing is OK */

#endif
