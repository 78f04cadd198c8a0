/* btyd_data.h: the real data of TENURE_DATA, and bases drawn from known parameters. */
#ifndef TESTS_BTYD_DATA_H
#define TESTS_BTYD_DATA_H

#include "base/rng.h"

#include <tenure/btyd.h>

enum { DATA_COLUMNS_MAX = 12 };

/* A CSV file of numbers with a header: row i at [i * columns]. */
typedef struct data_file {
    double *cells;
    size_t rows;
    size_t columns;
} data_file;

/* Reads TENURE_DATA/name; false, after saying that the test is skipped, when there is no such
 * variable. A cell that is no number is 0. Ends the test when the file cannot be read. */
bool data_file_read(data_file *file, const char *name);
void data_file_release(data_file *file);
/* Column 1 and on as x, t_x, T, m, weight 1; to be freed. */
tn_summary *data_summaries(const data_file *file);
/* Repeat purchase days up to the given day, in weeks, from rows customer, date, …, amount in the
 * last column, sorted by customer; to be freed. */
tn_summary *data_transactions(const char *name, int32_t until_day, size_t *count);

/* Draws one customer of the model, observed for T. */
tn_summary draw_customer(tn_rng *rng, const tn_purchase_parameters *parameters, double T);
/* Mean of x transactions of a Gamma-Gamma customer. */
double draw_spend(tn_rng *rng, const tn_spend_parameters *parameters, double x);
/* exp of a uniform draw between the logarithms. */
double draw_between(tn_rng *rng, double low, double high);

/* For sums in long double: the widening is meant. */
static inline long double wide(double value) {
    return (long double)value;
}

/* |got - want| / |want|; |got| if want is 0; infinite for a NaN. */
double relative_error(double got, double want);

#endif
