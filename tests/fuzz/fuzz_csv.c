/* fuzz_csv.c: the CSV reader never crashes nor hangs on any bytes; the lines of its rows ascend;
 * what it reads and writes again, it reads the same. The first byte chooses the delimiter. */
#include "fuzz/fuzz.h"

#include "tenure/csv.h"
#include "tenure/csv_table.h"

#include <string.h>

enum { FIELDS_MAX = 4096 };

static void check_number(tn_str field) {
    char reason[256] = "";
    double value = 0;
    if (tn_csv_number("amount", field, &value, reason, sizeof reason)) return;
    FUZZ_CHECK(strlen(reason) > 0);
}

/* The row as the writer has it gives the same fields. */
static void check_round_trip(const tn_csv_row *row, char delimiter) {
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    for (size_t i = 0; i < row->count; i++) {
        if (i > 0) tn_buffer_append_char(&text, delimiter);
        tn_csv_append(&text, row->fields[i], delimiter);
    }
    tn_buffer_append_char(&text, '\n');
    tn_csv *csv = NULL;
    tn_csv_row again = {0};
    bool has_row = false;
    FUZZ_CHECK(tn_csv_open_text((tn_str){text.data, text.size}, delimiter, &csv, NULL) == TN_OK);
    FUZZ_CHECK(tn_csv_next(csv, &again, &has_row, NULL) == TN_OK && has_row);
    FUZZ_CHECK(again.problem == NULL && again.count == row->count && again.line >= 1);
    for (size_t i = 0; i < row->count; i++)
        FUZZ_CHECK(tn_str_equal(again.fields[i], row->fields[i]));
    FUZZ_CHECK(tn_csv_next(csv, &again, &has_row, NULL) == TN_OK && !has_row);
    tn_csv_close(csv);
    tn_buffer_deinit(&text);
}

static bool may_round_trip(const tn_csv_row *row, char delimiter) {
    /* A row of one empty field is an empty line, and a mark at the start of a text is skipped. */
    if (row->count == 1 && row->fields[0].size == 0) return false;
    if (row->fields[0].size >= 2 && (unsigned char)row->fields[0].data[0] >= 0xEF) return false;
    return delimiter != ' ' && row->count <= FIELDS_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char delimiters[] = {',', ';', '\t', ' '};
    if (size == 0) return 0;
    const char delimiter = delimiters[data[0] % sizeof delimiters];
    const tn_str text = {(const char *)data + 1, size - 1};
    tn_csv *csv = NULL;
    FUZZ_CHECK(tn_csv_open_text(text, delimiter, &csv, NULL) == TN_OK);
    uint64_t line = 0;
    for (;;) {
        tn_csv_row row = {0};
        bool has_row = false;
        if (tn_csv_next(csv, &row, &has_row, NULL) != TN_OK || !has_row) break;
        FUZZ_CHECK(row.line > line);
        line = row.line;
        FUZZ_CHECK((row.problem == NULL) == (row.count > 0));
        for (size_t i = 0; i < row.count; i++)
            check_number(row.fields[i]);
        if (row.problem == NULL && may_round_trip(&row, delimiter))
            check_round_trip(&row, delimiter);
    }
    tn_csv_close(csv);
    return 0;
}
