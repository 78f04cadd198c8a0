/* csv.c: libcsv in strict mode, fed line by line.
 *
 * libcsv reports fields and ends of rows but no positions. Handing it one physical line at a time
 * gives every row the number of its first line, and the bytes of a row stay in the input buffer
 * until it is complete, so that a row with a stray quote can be taken back: the parser starts anew
 * on the second line of the row. */
#include "csv.h"

#include "base/error.h"
#include "base/file.h"

#include <csv.h>

enum { READ_SIZE = 1 << 18, FIELD_STEP = 1 << 16, RAW_SHOWN_MAX = 4096 };

struct tn_csv {
    tn_reader *reader; /* or, when NULL, `rest` */
    tn_str rest;
    uint64_t text_size;
    char delimiter;
    bool is_started;  /* the byte order mark was looked for */
    bool is_at_end;   /* the source is read up */
    bool must_skip;   /* the line at next_at belongs to a row already given up */
    bool row_done;    /* set by libcsv's callback */
    bool out_of_room; /* memory is used up */
    bool has_parser;
    struct csv_parser parser;
    tn_buffer input;        /* bytes of the present row and behind it */
    size_t row_at, next_at; /* in `input`: the present row; the next line not yet parsed */
    size_t first_line_size; /* of the present row, with its end; 0 before it was parsed */
    uint64_t line, row_line;
    tn_buffer text; /* fields of the present row, one after the other */
    tn_str *fields; /* while the row grows, only the sizes hold */
    size_t field_count, field_capacity;
};

static int never_a_blank(unsigned char c) {
    (void)c;
    return 0;
}

static void parser_reset(tn_csv *csv) {
    if (csv->has_parser) csv_free(&csv->parser);
    csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL);
    csv_set_delim(&csv->parser, (unsigned char)csv->delimiter);
    csv_set_space_func(&csv->parser, never_a_blank);
    csv_set_blk_size(&csv->parser, FIELD_STEP);
    csv->has_parser = true;
}

static tn_status csv_create(char delimiter, tn_csv **out, tn_error *error) {
    tn_csv *csv = tn_alloc_zero(NULL, sizeof *csv);
    if (csv == NULL) return tn_fail_memory(error);
    csv->delimiter = delimiter;
    csv->line = 1;
    tn_buffer_init(&csv->input, NULL);
    tn_buffer_init(&csv->text, NULL);
    parser_reset(csv);
    *out = csv;
    return TN_OK;
}

tn_status tn_csv_open(const char *path, char delimiter, tn_csv **out, tn_error *error) {
    tn_csv *csv = NULL;
    TN_TRY(csv_create(delimiter, &csv, error));
    const tn_status status = tn_reader_open(path, &csv->reader, error);
    if (status != TN_OK) {
        tn_csv_close(csv);
        return status;
    }
    *out = csv;
    return TN_OK;
}

tn_status tn_csv_open_text(tn_str text, char delimiter, tn_csv **out, tn_error *error) {
    TN_TRY(csv_create(delimiter, out, error));
    (*out)->rest = text;
    (*out)->text_size = text.size;
    return TN_OK;
}

void tn_csv_close(tn_csv *csv) {
    if (csv == NULL) return;
    if (csv->reader != NULL) tn_reader_close(csv->reader);
    csv_free(&csv->parser);
    tn_buffer_deinit(&csv->input);
    tn_buffer_deinit(&csv->text);
    tn_free(NULL, csv->fields, csv->field_capacity * sizeof *csv->fields);
    tn_free(NULL, csv, sizeof *csv);
}

uint64_t tn_csv_offset(const tn_csv *csv) {
    return csv->reader == NULL ? csv->text_size - csv->rest.size : tn_reader_offset(csv->reader);
}

uint64_t tn_csv_size(const tn_csv *csv) {
    return csv->reader == NULL ? csv->text_size : tn_reader_size(csv->reader);
}

/* ---- input ---- */

static void drop_old_rows(tn_csv *csv) {
    if (csv->row_at == 0) return;
    memmove(csv->input.data, csv->input.data + csv->row_at, csv->input.size - csv->row_at);
    csv->input.size -= csv->row_at;
    csv->next_at -= csv->row_at;
    csv->row_at = 0;
}

/* Reads more bytes behind those there are, or sets is_at_end. */
static tn_status fill(tn_csv *csv, tn_error *error) {
    drop_old_rows(csv);
    char *room = tn_buffer_reserve(&csv->input, READ_SIZE);
    if (room == NULL) return tn_fail_memory(error);
    size_t got = 0;
    if (csv->reader != NULL) {
        TN_TRY(tn_reader_read(csv->reader, room, READ_SIZE, &got, error));
    } else {
        got = csv->rest.size < READ_SIZE ? csv->rest.size : READ_SIZE;
        if (got > 0) memcpy(room, csv->rest.data, got);
        csv->rest.data += got;
        csv->rest.size -= got;
    }
    csv->input.size += got;
    csv->is_at_end = got == 0;
    return TN_OK;
}

static tn_status start(tn_csv *csv, tn_error *error) {
    while (csv->input.size < 3 && !csv->is_at_end)
        TN_TRY(fill(csv, error));
    csv->is_started = true;
    const char *data = csv->input.data;
    if (csv->input.size >= 2 &&
        (memcmp(data, "\xFF\xFE", 2) == 0 || memcmp(data, "\xFE\xFF", 2) == 0))
        return tn_fail(error, TN_BAD_INPUT, "the file is UTF-16; save it as UTF-8");
    if (csv->input.size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0) csv->next_at = 3;
    return TN_OK;
}

/* The size of the line at next_at + `from` on, as far as the buffer shows it; 0 when its end is not
 * there yet. `from` bytes are known to hold no end. */
static size_t line_size(const tn_csv *csv, size_t from) {
    const char *line = csv->input.data + csv->next_at;
    const size_t have = csv->input.size - csv->next_at;
    const char *lf = memchr(line + from, '\n', have - from);
    const size_t until = lf == NULL ? have : (size_t)(lf - line);
    const char *cr = memchr(line + from, '\r', until - from);
    if (cr == NULL) return lf == NULL ? 0 : until + 1;
    const size_t size = (size_t)(cr - line) + 1;
    if (size < have) return line[size] == '\n' ? size + 1 : size;
    return 0; /* an LF may follow */
}

/* The next line with its end; *size is 0 at the end of the input, and SIZE_MAX when the row grows
 * too large. */
static tn_status find_line(tn_csv *csv, size_t *size, tn_error *error) {
    size_t from = 0;
    for (;;) {
        const size_t have = csv->input.size - csv->next_at;
        if (have > from) {
            *size = line_size(csv, from);
            if (*size > 0) return TN_OK;
            from = have - 1; /* the last byte may be a CR */
        }
        if (csv->is_at_end) {
            *size = have;
            return TN_OK;
        }
        if (csv->input.size - csv->row_at > TN_CSV_ROW_SIZE_MAX) {
            *size = SIZE_MAX;
            return TN_OK;
        }
        TN_TRY(fill(csv, error));
    }
}

/* Passes over the rest of a line that was too large to keep. */
static tn_status skip_line(tn_csv *csv, tn_error *error) {
    for (;;) {
        const char *line = csv->input.data + csv->next_at;
        const size_t have = csv->input.size - csv->next_at;
        const char *end = have == 0 ? NULL : memchr(line, '\n', have);
        csv->next_at += end == NULL ? have : (size_t)(end - line) + 1;
        csv->row_at = csv->next_at;
        if (end != NULL || csv->is_at_end) break;
        TN_TRY(fill(csv, error));
    }
    csv->must_skip = false;
    csv->line++;
    return TN_OK;
}

/* ---- libcsv's callbacks ---- */

static void take_field(void *data, size_t size, void *context) {
    tn_csv *csv = context;
    if (data == NULL && csv->delimiter == ' ') return;
    if (!tn_array_reserve(NULL, (void **)&csv->fields, &csv->field_capacity, csv->field_count + 1,
                          sizeof *csv->fields)) {
        csv->out_of_room = true;
        return;
    }
    if (size > 0) tn_buffer_append(&csv->text, data, size);
    csv->fields[csv->field_count++].size = size;
}

static void take_row_end(int terminator, void *context) {
    (void)terminator;
    ((tn_csv *)context)->row_done = true;
}

/* ---- rows ---- */

static void begin_row(tn_csv *csv) {
    csv->row_at = csv->next_at;
    csv->row_line = csv->line;
    csv->first_line_size = 0;
    csv->field_count = 0;
    csv->row_done = false;
    tn_buffer_clear(&csv->text);
}

static tn_str without_line_end(const char *data, size_t size) {
    if (size > 0 && data[size - 1] == '\n') size--;
    if (size > 0 && data[size - 1] == '\r') size--;
    return (tn_str){data, size};
}

/* Gives up the present row: hands out its first line and goes on behind that. */
static void give_up(tn_csv *csv, const char *problem, tn_csv_row *row) {
    const char *data = csv->input.data + csv->row_at;
    size_t size = csv->first_line_size;
    parser_reset(csv);
    if (size == 0) { /* one line, too large for the buffer */
        csv->must_skip = true;
        size = RAW_SHOWN_MAX;
    } else {
        csv->next_at = csv->row_at + size;
        csv->line = csv->row_line + 1;
    }
    *row = (tn_csv_row){
        .line = csv->row_line, .raw = without_line_end(data, size), .problem = problem};
}

static bool has_high_or_nul(tn_str text) {
    unsigned char all = 0;
    for (size_t i = 0; i < text.size; i++)
        all |= (unsigned char)text.data[i];
    return all >= 0x80 || memchr(text.data, '\0', text.size) != NULL;
}

/* Hands out the complete row. */
static void finish_row(tn_csv *csv, tn_csv_row *row) {
    const tn_str raw = without_line_end(csv->input.data + csv->row_at, csv->next_at - csv->row_at);
    *row = (tn_csv_row){.line = csv->row_line, .raw = raw};
    if (has_high_or_nul(raw)) {
        if (!tn_utf8_valid(raw)) row->problem = "not valid UTF-8";
        if (memchr(raw.data, '\0', raw.size) != NULL) row->problem = "contains a NUL byte";
    }
    if (row->problem != NULL) return;
    const char *text = csv->text.data;
    for (size_t i = 0; i < csv->field_count; i++) {
        csv->fields[i].data = text == NULL ? "" : text;
        if (text != NULL) text += csv->fields[i].size;
    }
    row->fields = csv->fields;
    row->count = csv->field_count;
}

/* Parses the next line, or the end. Sets row_done; *problem for text that is no CSV. */
static tn_status parse_line(tn_csv *csv, size_t size, const char **problem, tn_error *error) {
    const char *line = csv->input.data + csv->next_at;
    bool is_wrong = false;
    if (size == 0) {
        is_wrong = csv_fini(&csv->parser, take_field, take_row_end, csv) != 0;
    } else {
        is_wrong = csv_parse(&csv->parser, line, size, take_field, take_row_end, csv) != size;
        csv->next_at += size;
        csv->line++;
        if (csv->first_line_size == 0) csv->first_line_size = size;
    }
    if (csv->out_of_room || csv->text.failed || csv_error(&csv->parser) == CSV_ENOMEM)
        return tn_fail_memory(error);
    if (is_wrong)
        *problem = size == 0 ? "a quote is opened and never closed"
                             : "a quote inside a field that is not quoted, or behind one that is";
    return TN_OK;
}

tn_status tn_csv_next(tn_csv *csv, tn_csv_row *row, bool *has_row, tn_error *error) {
    if (!csv->is_started) TN_TRY(start(csv, error));
    if (csv->must_skip) TN_TRY(skip_line(csv, error));
    begin_row(csv);
    for (;;) {
        const char *problem = NULL;
        size_t size = 0;
        TN_TRY(find_line(csv, &size, error));
        if (size == SIZE_MAX) problem = "longer than 16 MiB: is a quote never closed?";
        if (problem == NULL) TN_TRY(parse_line(csv, size, &problem, error));
        *has_row = true;
        if (problem != NULL) {
            give_up(csv, problem, row);
            return TN_OK;
        }
        if (csv->row_done && csv->field_count > 0) {
            finish_row(csv, row);
            return TN_OK;
        }
        if (size == 0) {
            *has_row = false;
            return TN_OK;
        }
        /* An empty line is no row; a line that ends inside quotes goes on. */
        if (csv->row_done || csv->parser.pstate == 0) begin_row(csv);
    }
}

/* ---- writing ---- */

void tn_csv_append(tn_buffer *out, tn_str field, char delimiter) {
    bool needs_quotes = false;
    for (size_t i = 0; i < field.size && !needs_quotes; i++) {
        const char c = field.data[i];
        needs_quotes = c == '"' || c == '\n' || c == '\r' || c == delimiter;
    }
    if (!needs_quotes) {
        tn_buffer_append(out, field.data, field.size);
        return;
    }
    tn_buffer_append_char(out, '"');
    for (size_t i = 0; i < field.size; i++) {
        if (field.data[i] == '"') tn_buffer_append_char(out, '"');
        tn_buffer_append_char(out, field.data[i]);
    }
    tn_buffer_append_char(out, '"');
}
