/* purchases.h: the laws of the purchase models, as the predictions, the table and the fits share
 * them. Arguments meet the preconditions of tenure/btyd.h. */
#ifndef TN_BTYD_PURCHASES_H
#define TN_BTYD_PURCHASES_H

#include <stddef.h>
#include <tenure/btyd.h>

/* ---- BG/NBD and MBG/NBD (bgnbd.c) ----------------------------------------------------------- */

/* Both models: every customer has a Gamma(r, alpha) rate and a Beta(a, b) dropout probability, and
 * has survived x + first_toss tosses of his coin when alive after x repeat purchases. */
typedef struct tn_beta_law {
    double r;
    double alpha;
    double a;
    double b;
    double first_toss; /* 0 BG/NBD, 1 MBG/NBD: the coin is tossed at the first purchase too */
} tn_beta_law;

enum { TN_HORIZONS_MAX = 64 };

/* What E[. | alive] over several horizons t needs that does not depend on x. */
typedef struct tn_beta_horizons {
    size_t count;   /* 1 .. TN_HORIZONS_MAX */
    size_t longest; /* index of the largest t */
    double a_minus_1;
    double tau[TN_HORIZONS_MAX];   /* t/(alpha+T) */
    double z[TN_HORIZONS_MAX];     /* t/(alpha+T+t) */
    double first[TN_HORIZONS_MAX]; /* -expm1((a-1) log1p(-z))/(a-1) */
    double power[TN_HORIZONS_MAX]; /* (1-z)^(a-1) */
} tn_beta_horizons;

/* `parameters` of either model. */
tn_beta_law tn_beta_law_of(const tn_purchase_parameters *parameters);
double tn_beta_p_alive(const tn_beta_law *law, double x, double t_x, double T);
/* t[i] >= 0, not all of them 0 unless count is 1. */
void tn_beta_horizons_init(tn_beta_horizons *horizons, const tn_beta_law *law, double T,
                           const double *t, size_t count);
/* out[i] = E[purchases in (T, T + t[i]] | alive, x, T]: by the Euler form where it keeps 12 digits,
 * else by quadrature. */
void tn_beta_given_alive(const tn_beta_law *law, const tn_beta_horizons *horizons, double x,
                         double *out);
/* The same by quadrature alone: within 1e-12 relative for any parameters. */
void tn_beta_given_alive_quadrature(const tn_beta_law *law, const tn_beta_horizons *horizons,
                                    double x, double *out);

/* ---- Pareto/NBD (paretonbd.c) --------------------------------------------------------------- */

typedef struct tn_pareto_law {
    double r;
    double alpha;
    double s;
    double beta;
} tn_pareto_law;

tn_pareto_law tn_pareto_law_of(const tn_purchase_parameters *parameters);
double tn_pareto_p_alive(const tn_pareto_law *law, double x, double t_x, double T);
double tn_pareto_given_alive(const tn_pareto_law *law, double x, double T, double t);

/* A step of the integral over the unseen moment y of dropout. */
typedef struct tn_pareto_node {
    double weight;    /* of this node in the integral, all included */
    double log_alpha; /* log((alpha+y)/(alpha+t_x)) */
    double log_beta;  /* log((beta+y)/(beta+t_x)) */
    double y;
} tn_pareto_node;

typedef void tn_pareto_visit(void *context, const tn_pareto_node *node);
/* s times the integral over y in (t_x, T) of ((alpha+t_x)/(alpha+y))^(r+x) ((beta+t_x)/(beta+y))^s
 * dy/(beta+y), within 1e-13 relative: the sum of the weights of the nodes, each of which is shown
 * to `visit` (NULL: to none). Between 0 and 1. */
double tn_pareto_dropout_integral(const tn_pareto_law *law, double x, double t_x, double T,
                                  tn_pareto_visit *visit, void *context);

#endif
