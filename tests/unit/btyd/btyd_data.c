/* btyd_data.c: plain readers, and the models as their papers tell them. */
#include "btyd_data.h"

#include "base/calendar.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *data_open(const char *name) {
    const char *folder = getenv("TENURE_DATA");
    char path[1024];
    if (folder == NULL) {
        printf("TENURE_DATA is not set: skipped what reads %s\n", name);
        return NULL;
    }
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "cannot read %s", path);
    return file;
}

bool data_file_read(data_file *file, const char *name) {
    char line[4096];
    size_t capacity = 0;
    *file = (data_file){0};
    FILE *in = data_open(name);
    if (in == NULL) return false;
    cr_assert_not_null(fgets(line, sizeof line, in));
    file->columns = 1;
    for (const char *c = line; *c != 0; c++)
        file->columns += *c == ',';
    cr_assert_leq(file->columns, DATA_COLUMNS_MAX);
    while (fgets(line, sizeof line, in) != NULL) {
        if (file->rows == capacity) {
            capacity = capacity == 0 ? 1024 : 2 * capacity;
            file->cells = realloc(file->cells, capacity * file->columns * sizeof(double));
            cr_assert_not_null(file->cells);
        }
        char *cell = line;
        for (size_t i = 0; i < file->columns; i++) {
            file->cells[file->rows * file->columns + i] = strtod(cell, NULL);
            cell += strcspn(cell, ",");
            cell += *cell == ',';
        }
        file->rows++;
    }
    fclose(in);
    return true;
}

void data_file_release(data_file *file) {
    free(file->cells);
    file->cells = NULL;
}

tn_summary *data_summaries(const data_file *file) {
    tn_summary *rows = calloc(file->rows, sizeof *rows);
    cr_assert_not_null(rows);
    for (size_t i = 0; i < file->rows; i++) {
        const double *cells = file->cells + i * file->columns;
        rows[i] =
            (tn_summary){.x = cells[1], .t_x = cells[2], .T = cells[3], .m = cells[4], .weight = 1};
    }
    return rows;
}

tn_summary *data_transactions(const char *name, int32_t until_day, size_t *count) {
    enum { customers_max = 30000 };
    char line[1024], id[64], last_id[64] = "";
    int year, month, day;
    int32_t first = 0, last = 0;
    FILE *in = data_open(name);
    if (in == NULL) return NULL;
    tn_summary *rows = calloc(customers_max, sizeof *rows);
    cr_assert_not_null(rows);
    *count = 0;
    while (fgets(line, sizeof line, in) != NULL) {
        if (sscanf(line, "%63[^,],%d-%d-%d", id, &year, &month, &day) != 4) continue;
        const int32_t at = tn_days_from_civil(year, month, day);
        const double amount = strtod(strrchr(line, ',') + 1, NULL);
        if (at > until_day) continue;
        const bool is_new = strcmp(id, last_id) != 0;
        if (is_new) {
            cr_assert_lt(*count, customers_max);
            strcpy(last_id, id);
            rows[(*count)++] = (tn_summary){.T = (until_day - at) / 7.0, .weight = 1};
            first = last = at;
        }
        tn_summary *row = &rows[*count - 1];
        if (at > last) row->x += 1;
        if (at > first) row->m += amount;
        last = at;
        row->t_x = (last - first) / 7.0;
    }
    for (size_t i = 0; i < *count; i++)
        if (rows[i].x > 0) rows[i].m /= rows[i].x;
    fclose(in);
    return rows;
}

/* The time at which the customer leaves of his own accord, or never. */
static double draw_lifetime(tn_rng *rng, const tn_purchase_parameters *parameters) {
    if (parameters->model != TN_PARETO_NBD) return HUGE_VAL;
    const double rate = tn_rng_gamma(rng, parameters->p[2]) / parameters->p[3];
    return tn_rng_exponential(rng) / rate;
}

tn_summary draw_customer(tn_rng *rng, const tn_purchase_parameters *parameters, double T) {
    const double rate = tn_rng_gamma(rng, parameters->p[0]) / parameters->p[1];
    const bool has_coin = parameters->model != TN_PARETO_NBD;
    const double coin = has_coin ? tn_rng_beta(rng, parameters->p[2], parameters->p[3]) : 0;
    const double end = fmin(draw_lifetime(rng, parameters), T);
    tn_summary row = {.T = T, .weight = 1};
    bool is_alive = parameters->model != TN_MBG_NBD || tn_rng_unit(rng) >= coin;
    double at = 0;
    while (is_alive) {
        at += tn_rng_exponential(rng) / rate;
        if (!(at <= end) || row.x >= 100000) break;
        row.x += 1;
        row.t_x = at;
        is_alive = tn_rng_unit(rng) >= coin;
    }
    return row;
}

double draw_spend(tn_rng *rng, const tn_spend_parameters *parameters, double x) {
    const double rate = tn_rng_gamma(rng, parameters->p[1]) / parameters->p[2];
    return tn_rng_gamma(rng, parameters->p[0] * x) / (rate * x);
}

double draw_between(tn_rng *rng, double low, double high) {
    return low * exp(tn_rng_unit(rng) * log(high / low));
}

double relative_error(double got, double want) {
    if (isnan(got)) return HUGE_VAL;
    return want == 0 ? fabs(got) : fabs(got - want) / fabs(want);
}
