/* synth_life.c: one customer's purchases, by the assumptions of the purchase models.
 *
 * Purchases come at a rate drawn for the customer; after one of them, or at a time of its own
 * (Pareto/NBD), he drops out. The first purchase is at an instant from which days are counted; two
 * purchases that would fall on one day are put on two, so that the number of transaction days is
 * that of the process. */
#include "synth.h"

#include <math.h>

typedef struct purchase_process {
    double rate;      /* purchases a day */
    double drop_out;  /* probability after a purchase */
    double life_days; /* since the first purchase */
} purchase_process;

static purchase_process draw_process(const tn_synth_plan *plan, tn_rng *rng) {
    const double *p = plan->purchases.p;
    purchase_process out = {.life_days = HUGE_VAL};
    out.rate = tn_rng_gamma(rng, p[0]) / p[1] / plan->days_per_unit;
    if (plan->purchases.model == TN_PARETO_NBD) {
        const double hazard = tn_rng_gamma(rng, p[2]) / p[3] / plan->days_per_unit;
        out.life_days = tn_rng_exponential(rng) / hazard;
    } else {
        out.drop_out = tn_rng_beta(rng, p[2], p[3]);
    }
    return out;
}

static double mean_rate(const tn_synth_plan *plan) {
    return plan->purchases.p[0] / plan->purchases.p[1] / plan->days_per_unit;
}

/* The days of the purchases, the first on first_day. Returns the day of dropping out, at most the
 * last of the plan. */
static int32_t draw_days(tn_synth_life *life, const tn_synth_plan *plan,
                         const purchase_process *process, tn_rng *rng) {
    const bool can_leave_at_once = plan->purchases.model == TN_MBG_NBD;
    double since_first = 0;
    int32_t day = life->first_day;
    life->purchases[life->count++].day = day;
    if (can_leave_at_once && tn_rng_unit(rng) < process->drop_out) return day;
    for (;;) {
        since_first += tn_rng_exponential(rng) / process->rate;
        if (since_first > process->life_days) break;
        const double next = life->first_day + floor(since_first + 0.5);
        if (!(next <= plan->to_day)) return plan->to_day;
        day = next > day ? (int32_t)next : day + 1;
        if (day > plan->to_day) return plan->to_day;
        life->purchases[life->count++].day = day;
        if (tn_rng_unit(rng) < process->drop_out) return day;
    }
    const double end = life->first_day + process->life_days;
    return end < plan->to_day ? (int32_t)end : plan->to_day;
}

/* Gamma-Gamma: amounts of shape p around a mean of the customer's own. */
static void draw_amounts(tn_synth_life *life, const tn_synth_plan *plan, tn_rng *rng) {
    const double *p = plan->spend.p;
    const double scale = p[2] / tn_rng_gamma(rng, p[1]);
    for (size_t i = 0; i < life->count; i++) {
        const double amount = tn_rng_gamma(rng, p[0]) * scale;
        const double cents = floor(100 * (amount < 1e9 ? amount : 1e9) + 0.5);
        life->purchases[i].cents = cents < 1 ? 1 : (int64_t)cents;
    }
}

void tn_synth_life_draw(tn_synth_life *life, const tn_synth_plan *plan, tn_rng *rng) {
    const uint64_t days = (uint64_t)(plan->acquire_until_day - plan->from_day) + 1;
    life->first_day = plan->from_day + (int32_t)tn_rng_below(rng, days);
    life->count = 0;
    const bool is_prospect = tn_rng_unit(rng) < plan->prospects;
    const purchase_process process = draw_process(plan, rng);
    const double relative = process.rate / mean_rate(plan);
    life->interest = 0.5 * tn_rng_exponential(rng) + 0.5 * (relative < 8 ? relative : 8);
    life->last_active_day = plan->to_day;
    if (!is_prospect) {
        life->last_active_day = draw_days(life, plan, &process, rng);
        draw_amounts(life, plan, rng);
    }
    /* Whoever stops buying still looks in for a while. */
    const double lingering = 40 * tn_rng_exponential(rng);
    const double until = life->last_active_day + lingering;
    life->last_active_day = until < plan->to_day ? (int32_t)until : plan->to_day;
}
