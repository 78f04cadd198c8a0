/* btyd.h: buy-till-you-die statistics: how many purchases and how much money to expect from a
 * customer, given x repeat transactions, the last of them at t_x, in a life of T so far.
 *
 * Purchase models: BG/NBD (Fader, Hardie and Lee 2005), MBG/NBD (Batislam, Denizel and Filiztekin
 * 2007) and Pareto/NBD (Schmittlein, Morrison and Colombo 1987). Spend models: Gamma-Gamma (Fader
 * and Hardie 2013) and the plain mean. Everything is in double precision, scalar and deterministic;
 * functions without a handle keep no state and may be called from any thread.
 *
 * Times (t_x, T, t, horizon) are in one unit throughout, that of the parameters: weeks, say. x is a
 * whole number. m is the mean value of the repeat transactions, in money.
 *
 * Preconditions of every prediction: tn_purchase_parameters_valid and tn_spend_parameters_valid
 * hold, 0 <= t_x <= T, 0 <= x <= TN_REPEATS_MAX whole, 0 <= t, m >= 0, all finite. t_x is not read
 * when x = 0. Within them no result is NaN, infinite or negative. */
#ifndef TENURE_BTYD_H
#define TENURE_BTYD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tenure/export.h>
#include <tenure/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TN_REPEATS_MAX   4294967295.0 /* largest x */
#define TN_CLV_STEPS_MAX 100000u      /* discount steps of one horizon */

enum { TN_PURCHASE_PARAMETERS_MAX = 4, TN_SPEND_PARAMETERS_MAX = 3, TN_FIT_VERDICT_SIZE = 256 };

/* Where the library allocates and on which threads it works (base/alloc.h, base/thread.h); users of
 * the installed library pass NULL: the default heap, the calling thread. */
struct tn_heap;
struct tn_parallel;

/* ---- models and parameters ------------------------------------------------------------------ */

typedef enum tn_purchase_model {
    TN_BG_NBD,     /* r, alpha, a, b: drops out after a purchase with a Beta(a, b) probability */
    TN_MBG_NBD,    /* r, alpha, a, b: the same, also after the first purchase */
    TN_PARETO_NBD, /* r, alpha, s, beta: drops out at any time, at a Gamma(s, beta) rate */
    TN_PURCHASE_MODEL_COUNT
} tn_purchase_model;

typedef enum tn_spend_model {
    TN_SPEND_NONE,        /* no spend: every expected spend and CLV is 0 */
    TN_SPEND_GAMMA_GAMMA, /* p, q, v */
    TN_SPEND_MEAN,        /* the customer's own m, and for x = 0 the mean of m over x > 0 */
    TN_SPEND_MODEL_COUNT
} tn_spend_model;

typedef struct tn_purchase_parameters {
    tn_purchase_model model;
    double p[TN_PURCHASE_PARAMETERS_MAX]; /* in the order named above; all > 0 */
} tn_purchase_parameters;

typedef struct tn_spend_parameters {
    tn_spend_model model;
    double p[TN_SPEND_PARAMETERS_MAX]; /* p > 0, q > 1, v > 0 for Gamma-Gamma; else not read */
    double mean_of_repeaters;          /* mean of m over customers with x > 0; >= 0 */
} tn_spend_parameters;

/* "bg_nbd", "mbg_nbd", "pareto_nbd"; NULL for a number that is no model. Static strings. */
TN_API const char *tn_purchase_model_name(tn_purchase_model model);
/* "none", "gamma_gamma", "mean". */
TN_API const char *tn_spend_model_name(tn_spend_model model);
/* The exact name, NUL-terminated; false, and *out untouched, for any other text. */
TN_API bool tn_purchase_model_parse(const char *name, tn_purchase_model *out);
TN_API bool tn_spend_model_parse(const char *name, tn_spend_model *out);

/* 4 for each purchase model; 3 for Gamma-Gamma and 0 for the other spend models. */
TN_API unsigned tn_purchase_parameter_count(tn_purchase_model model);
TN_API unsigned tn_spend_parameter_count(tn_spend_model model);
/* "r", "alpha", "a", "b" or "r", "alpha", "s", "beta"; "p", "q", "v". NULL past the last. */
TN_API const char *tn_purchase_parameter_name(tn_purchase_model model, unsigned index);
TN_API const char *tn_spend_parameter_name(tn_spend_model model, unsigned index);

/* Finite, within 1e-12 and 1e12, q > 1; on failure TN_BAD_ARGUMENT naming the parameter. */
TN_API tn_status tn_purchase_parameters_check(const tn_purchase_parameters *parameters,
                                              tn_error *error) TN_MUST_CHECK;
TN_API tn_status tn_spend_parameters_check(const tn_spend_parameters *parameters,
                                           tn_error *error) TN_MUST_CHECK;
TN_API bool tn_purchase_parameters_valid(const tn_purchase_parameters *parameters);
TN_API bool tn_spend_parameters_valid(const tn_spend_parameters *parameters);

/* ---- one customer --------------------------------------------------------------------------- */

typedef struct tn_summary {
    double x;      /* repeat transactions */
    double t_x;    /* time of the last of them since the first transaction; 0 if x = 0 */
    double T;      /* time from the first transaction to now */
    double m;      /* mean value of the repeat transactions; 0 if x = 0 */
    double weight; /* customers like this: 1 for one; rows of weight 0 are left out of a fit */
} tn_summary;

/* Whether the summary meets the preconditions above; else TN_BAD_ARGUMENT naming the member. */
TN_API tn_status tn_summary_check(const tn_summary *row, tn_error *error) TN_MUST_CHECK;

/* P(alive at T | x, t_x, T).
 * BG/NBD: 1 / (1 + [x > 0] a/(b+x-1) ((alpha+T)/(alpha+t_x))^(r+x)), which is 1 for x = 0 by that
 * model's design (Fader, Hardie and Lee 2008, note on P(alive)).
 * MBG/NBD: 1 / (1 + a/(b+x) ((alpha+T)/(alpha+t_x))^(r+x)), t_x = 0 for x = 0.
 * Pareto/NBD: 1 / (1 + s I), I the integral over y in (t_x, T) of ((alpha+T)/(alpha+y))^(r+x)
 * ((beta+T)/(beta+y))^s dy/(beta+y) (Fader and Hardie 2005, note on deriving the Pareto/NBD).
 * Within 1e-12 relative while the result is a normal number. */
TN_API double tn_p_alive(const tn_purchase_parameters *parameters, double x, double t_x, double T);

/* E[purchases in (T, T+t] | x, t_x, T]: P(alive) times tn_expected_given_alive. */
TN_API double tn_expected_purchases(const tn_purchase_parameters *parameters, double x, double t_x,
                                    double T, double t);

/* E[X(t)]: repeat purchases of a fresh customer in (0, t] (Fader, Hardie and Lee 2005, eq. 9;
 * Batislam et al. 2007, eq. 5; Schmittlein et al. 1987, eq. 17). */
TN_API double tn_expected_purchases_new(const tn_purchase_parameters *parameters, double t);

/* E[M | x, m]. Gamma-Gamma: p(v + x m)/(p x + q - 1), for x = 0 the population mean p v/(q - 1)
 * (Fader and Hardie 2013, eq. 5). */
TN_API double tn_expected_spend(const tn_spend_parameters *parameters, double x, double m);

/* The discounting of a CLV: purchases of step k, k = 1 .. steps, count 1/(1+discount_per_step)^k.
 * Step k ends at k step, the last one at `horizon`. */
typedef struct tn_clv_terms {
    double step;              /* > 0 */
    unsigned steps;           /* 1 .. TN_CLV_STEPS_MAX */
    double horizon;           /* (steps - 1) step < horizon */
    double discount_per_step; /* >= 0 */
} tn_clv_terms;

/* The terms of a horizon: steps = ceil(horizon/step), the last one shortened and discounted as
 * whole; discount per step = (1 + discount_per_year)^(step/units_per_year) - 1. A year is 365 days:
 * 365/7 units of a week. TN_BAD_ARGUMENT if an argument is not finite, horizon, step or
 * units_per_year not > 0, the discount < 0, or there are too many steps. */
TN_API tn_status tn_clv_terms_init(tn_clv_terms *terms, double horizon, double discount_per_year,
                                   double units_per_year, double step) TN_MUST_CHECK;
/* TN_BAD_ARGUMENT, with the reason, unless the terms are as described at the type. */
TN_API tn_status tn_clv_terms_check(const tn_clv_terms *terms, tn_error *error) TN_MUST_CHECK;

/* Customer lifetime value at a margin of 1:
 * E[M] x sum over k of (E[purchases up to the end of step k] - E[up to its start]) / (1+d)^k.
 * row->weight is not read. */
TN_API double tn_clv(const tn_purchase_parameters *purchases, const tn_spend_parameters *spend,
                     const tn_clv_terms *terms, const tn_summary *row);

/* Discounted expected residual transactions over an endless horizon, discounted continuously at
 * `rate` per unit of time, rate > 0 (Fader, Hardie and Lee 2005, RFM and CLV, eq. 2). Pareto/NBD
 * only: `parameters->model` must be TN_PARETO_NBD. */
TN_API double tn_pareto_residual_purchases(const tn_purchase_parameters *parameters, double x,
                                           double t_x, double T, double rate);

/* ---- many customers ------------------------------------------------------------------------- */

/* Given that a customer is alive, what he will buy depends on (x, T) only, not on t_x. */

/* E[purchases in (T, T+t] | alive at T, x, T]. With R = r+x, tau = t/(alpha+T):
 * BG/NBD: the Euler transform of Fader, Hardie and Lee 2005, eq. 10, which has no pole at a = 1:
 *   c = a+b+x-1, z = t/(alpha+T+t), L = log1p(-z),
 *   -c expm1((a-1)L)/(a-1) - exp((a-1)L) S',
 *   S' = sum over k >= 1 of (a+b-1-r)_k (a)_{k-1} / ((c+1)_{k-1} k!) z^k;
 * where that would lose digits (b or r huge, z almost 1), the same as a mean over p ~ Beta(a, b+x)
 * of (1 - (1 + p tau)^-R)/p by quadrature. MBG/NBD: the same with b+1 for b.
 * Pareto/NBD: R (beta+T)/(alpha+T) (1 - ((beta+T)/(beta+T+t))^(s-1))/(s-1).
 * Within 1e-10 relative. */
TN_API double tn_expected_given_alive(const tn_purchase_parameters *parameters, double x, double T,
                                      double t);

/* The discounted sum of tn_clv given alive, without the spend. */
TN_API double tn_discounted_given_alive(const tn_purchase_parameters *parameters,
                                        const tn_clv_terms *terms, double x, double T);

/* Both of the above for every day of T and every small x, tabulated. Immutable once created; may be
 * read from any thread. */
typedef struct tn_clv_table tn_clv_table;

typedef struct tn_clv_table_shape {
    tn_purchase_parameters parameters;
    tn_clv_terms terms;                 /* of `discounted` */
    double horizon;                     /* of `expected`: the t of tn_expected_given_alive */
    unsigned days_per_unit;             /* 7: the parameters are in weeks; 1: in days */
    uint32_t day_max;                   /* T = 0 .. day_max days */
    uint32_t x_max;                     /* x = 0 .. x_max */
    struct tn_heap *heap;               /* NULL: the default heap */
    const struct tn_parallel *parallel; /* NULL: the calling thread; the bits do not depend on it */
} tn_clv_table_shape;

/* Cell (day, x) is at [day * stride + x]; T = day / days_per_unit. Columns past x_max are padding
 * and 0. Both arrays are 64-byte aligned and stride is a multiple of 8. */
typedef struct tn_clv_table_view {
    const double *expected;
    const double *discounted;
    size_t stride; /* cells of one day */
    uint32_t day_max;
    uint32_t x_max;
} tn_clv_table_view;

/* Every cell is within 1e-9 relative of tn_expected_given_alive and tn_discounted_given_alive.
 * 16 bytes a cell. TN_BAD_ARGUMENT, TN_TOO_LARGE (over 2^28 cells) or TN_OUT_OF_MEMORY. */
TN_API tn_status tn_clv_table_create(const tn_clv_table_shape *shape,
                                     tn_clv_table **out) TN_MUST_CHECK;
TN_API tn_clv_table_view tn_clv_table_view_of(const tn_clv_table *table);
TN_API void tn_clv_table_destroy(tn_clv_table *table); /* NULL is allowed */

/* ---- fitting -------------------------------------------------------------------------------- */

typedef struct tn_fit_options {
    struct tn_heap *heap;               /* NULL: the default heap */
    const struct tn_parallel *parallel; /* NULL: the calling thread */
    const double *start;     /* starting parameters in the model's order; NULL: from the data */
    unsigned iterations_max; /* 0: as many as it takes, within a bound */
} tn_fit_options;

/* What a fit says about itself. Nothing in it is ever NaN or infinite. */
typedef struct tn_fit_report {
    double standard_errors[4]; /* from the inverse Hessian, on the parameters' own scale; 0 where
                                  the data do not determine one */
    double log_likelihood;     /* of all customers, in the unit of the data */
    double customers;          /* their number: the sum of the weights that entered */
    unsigned iterations;       /* Newton steps on the whole data */
    bool converged;            /* a maximum was found, inside or on the boundary */
    bool at_boundary; /* the data push a parameter to a limit, or do not identify dropout */
    char verdict[TN_FIT_VERDICT_SIZE]; /* one plain sentence; "ok" when there is nothing to say */
} tn_fit_report;

typedef struct tn_purchase_fit_result {
    tn_purchase_parameters parameters;
    tn_fit_report report;
} tn_purchase_fit_result;

typedef struct tn_spend_fit_result {
    tn_spend_parameters parameters;
    tn_fit_report report;
} tn_spend_fit_result;

/* Maximum likelihood of `n` rows (m is not read): Newton on the logarithms of the parameters with
 * analytic gradient and Hessian. Rows are sorted and equal ones merged, so the result has the same
 * bits in any order of the rows and on any number of threads (weights being whole numbers).
 * `options` may be NULL. Takes up to 90 bytes a row for its duration.
 *
 * TN_BAD_ARGUMENT for no customer at all, or for a row that breaks the preconditions (the error
 * names its number, from 1); TN_OUT_OF_MEMORY. Data that do not determine a parameter are no error:
 * the verdict says so. */
TN_API tn_status tn_purchase_fit(tn_purchase_model model, const tn_summary *rows, size_t n,
                                 const tn_fit_options *options, tn_purchase_fit_result *result,
                                 tn_error *error) TN_MUST_CHECK;

/* The same for spend, over the rows with x > 0 and m > 0 (t_x and T are not read).
 * TN_SPEND_GAMMA_GAMMA: p, q, v with q > 1; the verdict says when that bound was reached.
 * TN_SPEND_MEAN: only mean_of_repeaters, which the others fill too. TN_SPEND_NONE: nothing.
 * No customer with a repeat purchase: TN_BAD_ARGUMENT, except for TN_SPEND_NONE. */
TN_API tn_status tn_spend_fit(tn_spend_model model, const tn_summary *rows, size_t n,
                              const tn_fit_options *options, tn_spend_fit_result *result,
                              tn_error *error) TN_MUST_CHECK;

/* Log-likelihood of `n` rows at given parameters, in the unit of the data; rows as for a fit.
 * `gradient`, if not NULL, receives the derivatives by each parameter. */
TN_API tn_status tn_purchase_log_likelihood(
    const tn_purchase_parameters *parameters, const tn_summary *rows, size_t n,
    double *log_likelihood, double gradient[TN_PURCHASE_PARAMETERS_MAX]) TN_MUST_CHECK;
TN_API tn_status tn_spend_log_likelihood(const tn_spend_parameters *parameters,
                                         const tn_summary *rows, size_t n, double *log_likelihood,
                                         double gradient[TN_SPEND_PARAMETERS_MAX]) TN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
