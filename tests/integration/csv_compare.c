/* csv_compare.c: csv_compare A COLUMN B COLUMN RELATIVE [ABSOLUTE]: whether two CSV files have the
 * same number of rows and, row by row, numbers in these columns within the relative difference (or
 * the absolute one, 0 by default). Prints the largest. Relative 0 compares texts. */
#include "tenure/csv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct column {
    tn_csv *csv;
    size_t index;
    tn_csv_row row;
    bool has_row;
} column;

static bool next(column *in) {
    tn_error error = {0};
    if (tn_csv_next(in->csv, &in->row, &in->has_row, &error) != TN_OK) {
        fprintf(stderr, "%s\n", error.message);
        return false;
    }
    return !in->has_row || (in->row.problem == NULL && in->row.count > in->index);
}

static bool open_column(column *in, const char *path, const char *name) {
    tn_error error = {0};
    if (tn_csv_open(path, ',', &in->csv, &error) != TN_OK) return false;
    if (!next(in) || !in->has_row) return false;
    for (in->index = 0; in->index < in->row.count; in->index++) {
        if (tn_str_is(in->row.fields[in->index], name)) return true;
    }
    fprintf(stderr, "%s has no column %s\n", path, name);
    return false;
}

static double number(const column *in) {
    char text[128];
    const tn_str field = in->row.fields[in->index];
    snprintf(text, sizeof text, "%.*s", (int)field.size, field.data);
    char *end = NULL;
    const double value = strtod(text, &end);
    return end == text || *end != '\0' ? (double)NAN : value;
}

static bool agree(const column *a, const column *b, double relative, double absolute,
                  double *largest) {
    if (relative == 0) return tn_str_equal(a->row.fields[a->index], b->row.fields[b->index]);
    const double x = number(a);
    const double y = number(b);
    const double difference = fabs(x - y);
    const double size = fabs(y) > 0 ? difference / fabs(y) : difference;
    if (size > *largest) *largest = size;
    return difference <= relative * fabs(y) || difference <= absolute;
}

int main(int argc, char **argv) {
    if (argc < 6) return 2;
    column a = {0};
    column b = {0};
    if (!open_column(&a, argv[1], argv[2]) || !open_column(&b, argv[3], argv[4])) return 2;
    const double relative = strtod(argv[5], NULL);
    const double absolute = argc > 6 ? strtod(argv[6], NULL) : 0;
    double largest = 0;
    size_t rows = 0;
    for (;; rows++) {
        if (!next(&a) || !next(&b)) return 2;
        if (a.has_row != b.has_row) {
            fprintf(stderr, "one file has more rows than %zu\n", rows);
            return 1;
        }
        if (!a.has_row) break;
        if (agree(&a, &b, relative, absolute, &largest)) continue;
        const tn_str x = a.row.fields[a.index];
        const tn_str y = b.row.fields[b.index];
        fprintf(stderr, "row %zu: %.*s is not %.*s\n", rows + 1, (int)x.size, x.data, (int)y.size,
                y.data);
        return 1;
    }
    printf("%zu rows, largest difference %g\n", rows, largest);
    tn_csv_close(a.csv);
    tn_csv_close(b.csv);
    return rows == 0 ? 1 : 0;
}
