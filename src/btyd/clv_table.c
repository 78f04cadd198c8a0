/* clv_table.c: what a living customer will buy, by day of age and number of repeats.
 *
 * Pareto/NBD separates: a cell is (r+x) times a function of the day. For BG/NBD and MBG/NBD, E and
 * the discounted sum are, for each x, smooth functions of u = log(alpha+T) whose singularities lie
 * at distance pi from the real line (at exp(u) = -t), whatever the parameters. So the range of u is
 * cut into pieces of equal length, on each piece the direct formula is evaluated at 16 Chebyshev
 * nodes, and the days in between are interpolated, all x of a day at once. A column whose
 * coefficients have not died out at the end of its series is computed day by day instead. */
#include "btyd/lifetime.h"
#include "btyd/purchases.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/thread.h"

#include <math.h>
#include <string.h>

enum {
    NODES = 16,       /* Chebyshev nodes of a piece */
    COLUMN_ALIGN = 8, /* cells */
    DAYS_MAX = 200000,
    DAYS_PER_TASK = 64
};
static const double piece_length_max = 1.25; /* in u */
static const double tail_share_max = 2e-11;  /* last coefficients, of the smallest value */
static const double cells_max = 268435456.0; /* 2^28 */

struct tn_clv_table {
    tn_clv_table_view view;
    tn_heap *heap;
    double *cells; /* expected, then discounted */
};

/* The work on one table. Coefficients and node values lie at [piece][node][what][column]. */
typedef struct table_build {
    const tn_clv_table_shape *shape;
    tn_clv_table *table;
    tn_beta_law law;
    size_t pieces;
    double u_low;
    double piece_length;
    double *series; /* pieces x NODES x 2 x stride */
    bool *is_rough; /* pieces x stride: this column is to be computed day by day */
} table_build;

static double *cells_of(const tn_clv_table *table, size_t day, size_t what) {
    const size_t stride = table->view.stride;
    const size_t days = (size_t)table->view.day_max + 1;
    return table->cells + what * days * stride + day * stride;
}

static double age_of(const tn_clv_table_shape *shape, size_t day) {
    return (double)day / shape->days_per_unit;
}

/* ---- Pareto/NBD ----------------------------------------------------------------------------- */

static tn_status pareto_days(void *context, size_t task) {
    const table_build *build = context;
    const tn_clv_table_shape *shape = build->shape;
    const tn_clv_table *table = build->table;
    const double r = shape->parameters.p[0];
    const size_t end = (task + 1) * DAYS_PER_TASK;
    for (size_t day = task * DAYS_PER_TASK; day < end && day <= shape->day_max; day++) {
        const double T = age_of(shape, day);
        const double expected = tn_expected_given_alive(&shape->parameters, 0, T, shape->horizon);
        const double discounted =
            tn_discounted_given_alive(&shape->parameters, &shape->terms, 0, T);
        for (size_t x = 0; x <= shape->x_max; x++) {
            const double scale = (r + (double)x) / r;
            cells_of(table, day, 0)[x] = scale * expected;
            cells_of(table, day, 1)[x] = scale * discounted;
        }
    }
    return TN_OK;
}

/* ---- BG/NBD and MBG/NBD: the nodes ---------------------------------------------------------- */

static double *series_at(const table_build *build, size_t piece, size_t node, size_t what) {
    return build->series + ((piece * NODES + node) * 2 + what) * build->table->view.stride;
}

static double node_cosine(size_t node) {
    const double pi = 3.14159265358979323846;
    return cos(pi * ((double)node + 0.5) / NODES);
}

/* Adds the discounted sum over the given steps, for every x. */
static void add_steps(const table_build *build, const tn_beta_horizons *horizons,
                      const double *weight, double *discounted) {
    double purchases[TN_HORIZONS_MAX];
    for (size_t x = 0; x <= build->shape->x_max; x++) {
        tn_beta_given_alive(&build->law, horizons, (double)x, purchases);
        for (size_t i = 0; i < horizons->count; i++)
            discounted[x] += weight[i] * purchases[i];
    }
}

/* Both functions at age T, for every x, from the definition. */
static void evaluate_age(const table_build *build, double T, double *expected, double *discounted) {
    const tn_clv_terms *terms = &build->shape->terms;
    double t[TN_HORIZONS_MAX], weight[TN_HORIZONS_MAX];
    tn_beta_horizons horizons;
    tn_beta_horizons_init(&horizons, &build->law, T, &build->shape->horizon, 1);
    for (size_t x = 0; x <= build->shape->x_max; x++) {
        tn_beta_given_alive(&build->law, &horizons, (double)x, &expected[x]);
        discounted[x] = 0;
    }
    for (unsigned from = tn_clv_first_step(terms); from <= terms->steps; from += TN_HORIZONS_MAX) {
        const unsigned left = terms->steps - from + 1;
        const size_t count = left < TN_HORIZONS_MAX ? left : TN_HORIZONS_MAX;
        tn_clv_schedule(terms, from, count, t, weight);
        tn_beta_horizons_init(&horizons, &build->law, T, t, count);
        add_steps(build, &horizons, weight, discounted);
    }
}

static tn_status node_task(void *context, size_t index) {
    const table_build *build = context;
    const size_t piece = index / NODES;
    const size_t node = index % NODES;
    const double u =
        build->u_low + build->piece_length * ((double)piece + 0.5 * (1 + node_cosine(node)));
    const double T = fmax(exp(u) - build->law.alpha, 0);
    evaluate_age(build, T, series_at(build, piece, node, 0), series_at(build, piece, node, 1));
    return TN_OK;
}

/* Node values of one column into Chebyshev coefficients; whether they have not died out. */
static bool column_transform(const table_build *build, double cosines[NODES][NODES], size_t piece,
                             size_t what, size_t x) {
    double value[NODES], coefficient[NODES];
    double smallest = HUGE_VAL;
    for (size_t node = 0; node < NODES; node++) {
        value[node] = series_at(build, piece, node, what)[x];
        smallest = fmin(smallest, fabs(value[node]));
    }
    for (size_t k = 0; k < NODES; k++) {
        coefficient[k] = 0;
        for (size_t node = 0; node < NODES; node++)
            coefficient[k] += value[node] * cosines[k][node];
        coefficient[k] *= (k == 0 ? 1.0 : 2.0) / NODES;
        series_at(build, piece, k, what)[x] = coefficient[k];
    }
    const double tail = fabs(coefficient[NODES - 1]) + fabs(coefficient[NODES - 2]);
    return !(tail <= tail_share_max * smallest);
}

static tn_status transform_task(void *context, size_t piece) {
    const table_build *build = context;
    double cosines[NODES][NODES]; /* T_k at node j */
    for (size_t node = 0; node < NODES; node++) {
        const double c = node_cosine(node);
        cosines[0][node] = 1;
        cosines[1][node] = c;
        for (size_t k = 2; k < NODES; k++)
            cosines[k][node] = 2 * c * cosines[k - 1][node] - cosines[k - 2][node];
    }
    for (size_t x = 0; x <= build->shape->x_max; x++) {
        const bool rough_expected = column_transform(build, cosines, piece, 0, x);
        const bool rough_discounted = column_transform(build, cosines, piece, 1, x);
        build->is_rough[piece * build->table->view.stride + x] = rough_expected || rough_discounted;
    }
    return TN_OK;
}

/* ---- BG/NBD and MBG/NBD: the days ----------------------------------------------------------- */

/* Clenshaw's recurrence at c in [-1, 1] for COLUMN_ALIGN columns at a time. */
static void clenshaw(const double *series, size_t node_stride, size_t columns, double c,
                     double *out) {
    for (size_t from = 0; from < columns; from += COLUMN_ALIGN) {
        double near[COLUMN_ALIGN] = {0}, far[COLUMN_ALIGN] = {0};
        for (size_t k = NODES - 1; k > 0; k--) {
            const double *coefficient = series + k * node_stride + from;
            for (size_t i = 0; i < COLUMN_ALIGN; i++) {
                const double next = 2 * c * near[i] - far[i] + coefficient[i];
                far[i] = near[i];
                near[i] = next;
            }
        }
        for (size_t i = 0; i < COLUMN_ALIGN; i++)
            out[from + i] = c * near[i] - far[i] + series[from + i];
    }
}

static void rough_columns(const table_build *build, size_t piece, size_t day) {
    const tn_clv_table_shape *shape = build->shape;
    const double T = age_of(shape, day);
    const bool *is_rough = build->is_rough + piece * build->table->view.stride;
    for (size_t x = 0; x <= shape->x_max; x++) {
        if (!is_rough[x]) continue;
        cells_of(build->table, day, 0)[x] =
            tn_expected_given_alive(&shape->parameters, (double)x, T, shape->horizon);
        cells_of(build->table, day, 1)[x] =
            tn_discounted_given_alive(&shape->parameters, &shape->terms, (double)x, T);
    }
}

static void beta_day(const table_build *build, size_t day) {
    const tn_clv_table *table = build->table;
    const size_t stride = table->view.stride;
    const double u = log(build->law.alpha + age_of(build->shape, day));
    const double at = fmax((u - build->u_low) / build->piece_length, 0);
    const size_t piece = at < (double)build->pieces ? (size_t)at : build->pieces - 1;
    const double c = 2 * (at - (double)piece) - 1;
    for (size_t what = 0; what < 2; what++)
        clenshaw(series_at(build, piece, 0, what), 2 * stride, stride, c,
                 cells_of(table, day, what));
    rough_columns(build, piece, day);
}

static tn_status beta_days(void *context, size_t task) {
    const table_build *build = context;
    const size_t end = (task + 1) * DAYS_PER_TASK;
    for (size_t day = task * DAYS_PER_TASK; day < end && day <= build->shape->day_max; day++)
        beta_day(build, day);
    return TN_OK;
}

/* ---- whole ---------------------------------------------------------------------------------- */

static tn_status each(const table_build *build, size_t count, tn_parallel_body *body) {
    const tn_parallel *threads =
        build->shape->parallel != NULL ? build->shape->parallel : &tn_parallel_serial;
    return threads->for_each(threads->team, count, body, (void *)build);
}

static tn_status beta_build(table_build *build) {
    const tn_clv_table_shape *shape = build->shape;
    const size_t stride = build->table->view.stride;
    build->law = tn_beta_law_of(&shape->parameters);
    build->u_low = log(build->law.alpha);
    const double span = log(build->law.alpha + age_of(shape, shape->day_max)) - build->u_low;
    build->pieces = (size_t)fmax(ceil(span / piece_length_max), 1);
    build->piece_length = span > 0 ? span / (double)build->pieces : 1;
    const size_t series_bytes = build->pieces * NODES * 2 * stride * sizeof *build->series;
    const size_t rough_bytes = build->pieces * stride * sizeof *build->is_rough;
    build->series = tn_alloc_zero(shape->heap, series_bytes);
    build->is_rough = tn_alloc_zero(shape->heap, rough_bytes);
    tn_status status = TN_OUT_OF_MEMORY;
    if (build->series != NULL && build->is_rough != NULL) {
        status = each(build, build->pieces * NODES, node_task);
        if (status == TN_OK) status = each(build, build->pieces, transform_task);
        const size_t tasks = (size_t)shape->day_max / DAYS_PER_TASK + 1;
        if (status == TN_OK) status = each(build, tasks, beta_days);
    }
    tn_free(shape->heap, build->series, series_bytes);
    tn_free(shape->heap, build->is_rough, rough_bytes);
    return status;
}

static tn_status shape_check(const tn_clv_table_shape *shape) {
    TN_TRY(tn_purchase_parameters_check(&shape->parameters, NULL));
    TN_TRY(tn_clv_terms_check(&shape->terms, NULL));
    if (!(shape->horizon >= 0 && isfinite(shape->horizon)) || shape->days_per_unit == 0)
        return TN_BAD_ARGUMENT;
    const double cells = ((double)shape->day_max + 1) * ((double)shape->x_max + 1);
    return shape->day_max > DAYS_MAX || cells > cells_max ? TN_TOO_LARGE : TN_OK;
}

static size_t table_cells(const tn_clv_table *table) {
    return 2 * ((size_t)table->view.day_max + 1) * table->view.stride;
}

static tn_clv_table *table_reserve(const tn_clv_table_shape *shape) {
    tn_clv_table *table = tn_alloc_zero(shape->heap, sizeof *table);
    if (table == NULL) return NULL;
    table->heap = shape->heap;
    table->view.day_max = shape->day_max;
    table->view.x_max = shape->x_max;
    table->view.stride =
        ((size_t)shape->x_max + COLUMN_ALIGN) / COLUMN_ALIGN * (size_t)COLUMN_ALIGN;
    table->cells = tn_alloc_zero(shape->heap, table_cells(table) * sizeof *table->cells);
    if (table->cells == NULL) {
        tn_free(shape->heap, table, sizeof *table);
        return NULL;
    }
    table->view.expected = cells_of(table, 0, 0);
    table->view.discounted = cells_of(table, 0, 1);
    return table;
}

tn_status tn_clv_table_create(const tn_clv_table_shape *shape, tn_clv_table **out) {
    TN_TRY(shape_check(shape));
    table_build build = {.shape = shape, .table = table_reserve(shape)};
    if (build.table == NULL) return TN_OUT_OF_MEMORY;
    const size_t tasks = (size_t)shape->day_max / DAYS_PER_TASK + 1;
    const tn_status status = shape->parameters.model == TN_PARETO_NBD
                                 ? each(&build, tasks, pareto_days)
                                 : beta_build(&build);
    if (status != TN_OK) {
        tn_clv_table_destroy(build.table);
        return status;
    }
    *out = build.table;
    return TN_OK;
}

tn_clv_table_view tn_clv_table_view_of(const tn_clv_table *table) {
    return table->view;
}

void tn_clv_table_destroy(tn_clv_table *table) {
    if (table == NULL) return;
    tn_free(table->heap, table->cells, table_cells(table) * sizeof *table->cells);
    tn_free(table->heap, table, sizeof *table);
}
