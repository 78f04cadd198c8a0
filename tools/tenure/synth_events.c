/* synth_events.c: what customers do besides buying: how often, by the names of the actions. */
#include "base/error.h"
#include "synth.h"

#include <stdlib.h>

enum habit {
    HABIT_RANDOM, /* any time while the customer is active, in proportion to his interest */
    HABIT_ONCE,   /* at most once, early */
    HABIT_LEAVE,  /* at most once, late, by some of those who did something once */
    HABIT_BEFORE, /* on the day of a purchase, and by itself */
    HABIT_REFUND, /* some days after a purchase, up to its amount */
};

enum value_kind { VALUE_NONE, VALUE_MONEY, VALUE_TEN, VALUE_FIVE, VALUE_NUMBER };

static const int64_t no_value = INT64_MIN;

static int habit_of(tn_str name) {
    if (tn_synth_name_has(name, "refund return chargeback cancel")) return HABIT_REFUND;
    if (tn_synth_name_has(name, "unsubscribe leave opt_out close uninstall")) return HABIT_LEAVE;
    if (tn_synth_name_has(name, "join subscribe sign register install opt_in activate trial"))
        return HABIT_ONCE;
    if (tn_synth_name_has(name, "cart checkout basket wishlist")) return HABIT_BEFORE;
    return HABIT_RANDOM;
}

static int value_kind_of(const tn_action_info *info, tn_str model_text) {
    if (!info->has_value) return VALUE_NONE;
    if (tn_synth_name_has(info->name, "nps recommend")) return VALUE_TEN;
    if (tn_synth_name_has(info->name, "csat rating rate review survey satisf star"))
        return tn_synth_largest_compared(info->name, model_text) > 5 ? VALUE_TEN : VALUE_FIVE;
    if (tn_synth_name_has(info->name, "minute duration count quantity items pages"))
        return VALUE_NUMBER;
    return VALUE_MONEY;
}

static double weight_of(tn_str name) {
    static const struct {
        const char *words;
        double weight;
    } weights[] = {
        {"visit view session browse page login", 8},
        {"email_open open", 6},
        {"search", 4},
        {"click", 3},
        {"sent", 2},
        {"cart basket checkout", 2},
        {"complain", 0.15},
        {"referral refer recommend", 0.15},
        {"review share", 0.3},
        {"survey rating nps csat", 0.4},
        {"support ticket question call", 0.4},
    };
    for (size_t i = 0; i < sizeof weights / sizeof weights[0]; i++) {
        if (tn_synth_name_has(name, weights[i].words)) return weights[i].weight;
    }
    return 1;
}

static tn_status action_init(tn_synth_action *action, const tn_action_info *info, uint32_t index,
                             tn_str model_text, tn_arena *arena, tn_error *error) {
    *action = (tn_synth_action){.info = info,
                                .index = index,
                                .habit = habit_of(info->name),
                                .value_kind = value_kind_of(info, model_text),
                                .weight = weight_of(info->name)};
    if (action->habit == HABIT_REFUND && action->value_kind == VALUE_NONE)
        action->habit = HABIT_RANDOM;
    action->fields = tn_arena_array(arena, info->field_count + 1, sizeof *action->fields);
    if (action->fields == NULL) return tn_fail_memory(error);
    for (size_t f = 0; f < info->field_count; f++)
        TN_TRY(
            tn_synth_column_init(&action->fields[f], &info->fields[f], model_text, arena, error));
    return TN_OK;
}

tn_status tn_synth_actions_init(tn_synth_actions *actions, const tn_engine_info *info,
                                tn_str model_text, tn_arena *arena, tn_error *error) {
    *actions = (tn_synth_actions){0};
    actions->list = tn_arena_array(arena, info->action_count + 1, sizeof *actions->list);
    if (actions->list == NULL) return tn_fail_memory(error);
    for (size_t a = 0; a < info->action_count; a++) {
        if (info->actions[a].is_derived || (int32_t)a == info->transaction_action) continue;
        tn_synth_action *action = &actions->list[actions->count++];
        TN_TRY(action_init(action, &info->actions[a], (uint32_t)a, model_text, arena, error));
        if (action->habit == HABIT_RANDOM || action->habit == HABIT_BEFORE)
            actions->weight += action->weight;
    }
    return TN_OK;
}

/* ---- one customer ---- */

typedef struct drawing {
    const tn_synth_plan *plan;
    const tn_synth_life *life;
    tn_rng *rng;
    tn_synth_event *out;
    size_t count;
} drawing;

static int64_t draw_value(const drawing *d, int kind) {
    switch (kind) {
    case VALUE_MONEY:
        return (int64_t)(2000 * tn_rng_gamma(d->rng, 2)) + 1;
    case VALUE_TEN: {
        const uint64_t low = tn_rng_below(d->rng, 11);
        const uint64_t high = tn_rng_below(d->rng, 11);
        return 100 * (int64_t)(low > high ? low : high);
    }
    case VALUE_FIVE: {
        const uint64_t low = tn_rng_below(d->rng, 5);
        const uint64_t high = tn_rng_below(d->rng, 5);
        return 100 * (1 + (int64_t)(low > high ? low : high));
    }
    case VALUE_NUMBER:
        return 100 * (1 + (int64_t)(4 * tn_rng_gamma(d->rng, 1)));
    default:
        return no_value;
    }
}

/* At a waking hour of the day. */
static void add(drawing *d, size_t action, int32_t day, int64_t cents) {
    if (d->count == TN_SYNTH_EVENTS_MAX) return;
    const int64_t second = 6 * 3600 + (int64_t)tn_rng_below(d->rng, 17 * 3600);
    d->out[d->count] = (tn_synth_event){.local_ms = day * TN_DAY_MS + second * 1000,
                                        .action = (uint32_t)action,
                                        .order = (uint32_t)d->count,
                                        .cents = cents};
    d->count++;
}

static int32_t random_day(const drawing *d) {
    const uint64_t days = (uint64_t)(d->life->last_active_day - d->life->first_day) + 1;
    return d->life->first_day + (int32_t)tn_rng_below(d->rng, days);
}

/* A Poisson number: how many exponential gaps fit into the mean. */
static unsigned draw_count(tn_rng *rng, double mean) {
    unsigned count = 0;
    for (double left = mean - tn_rng_exponential(rng); left > 0 && count < 1000;
         left -= tn_rng_exponential(rng))
        count++;
    return count;
}

static void draw_random(drawing *d, size_t index, const tn_synth_action *action, double mean) {
    for (unsigned n = draw_count(d->rng, mean); n > 0; n--) {
        const int32_t day = random_day(d);
        add(d, index, day, draw_value(d, action->value_kind));
    }
}

static void draw_before(drawing *d, size_t index, const tn_synth_action *action, double mean) {
    for (size_t i = 0; i < d->life->count; i++) {
        if (tn_rng_unit(d->rng) < 0.6)
            add(d, index, d->life->purchases[i].day, draw_value(d, action->value_kind));
    }
    draw_random(d, index, action, 0.5 * mean);
}

static void draw_once(drawing *d, size_t index, const tn_synth_action *action, int32_t *joined) {
    const double share = 0.25 + 0.35 * (d->life->interest < 1 ? d->life->interest : 1);
    if (tn_rng_unit(d->rng) >= share) return;
    const int32_t day = random_day(d);
    add(d, index, day, draw_value(d, action->value_kind));
    if (day < *joined) *joined = day;
}

/* A few leave within days of joining. */
static void draw_leave(drawing *d, size_t index, const tn_synth_action *action, int32_t joined) {
    if (joined > d->plan->to_day || tn_rng_unit(d->rng) >= 0.25) return;
    const double gap = (tn_rng_unit(d->rng) < 0.3 ? 4 : 120) * tn_rng_exponential(d->rng);
    const double day = joined + gap;
    if (day <= d->plan->to_day) add(d, index, (int32_t)day, draw_value(d, action->value_kind));
}

static void draw_refunds(drawing *d, size_t index) {
    for (size_t i = 0; i < d->life->count; i++) {
        if (tn_rng_unit(d->rng) >= 0.04) continue;
        const tn_synth_purchase *purchase = &d->life->purchases[i];
        const int32_t day = purchase->day + 1 + (int32_t)tn_rng_below(d->rng, 14);
        const bool is_whole = tn_rng_unit(d->rng) < 0.5;
        const int64_t part = (int64_t)tn_rng_below(d->rng, (uint64_t)purchase->cents) + 1;
        if (day <= d->plan->to_day) add(d, index, day, is_whole ? purchase->cents : part);
    }
}

static int by_time(const void *a, const void *b) {
    const tn_synth_event *left = a;
    const tn_synth_event *right = b;
    if (left->local_ms != right->local_ms) return left->local_ms < right->local_ms ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

static bool is_of_habit(const tn_synth_action *action, bool late) {
    return (action->habit == HABIT_LEAVE) == late;
}

static void draw_action(drawing *d, size_t index, const tn_synth_action *action, double mean,
                        int32_t *joined) {
    switch (action->habit) {
    case HABIT_RANDOM:
        draw_random(d, index, action, mean);
        break;
    case HABIT_BEFORE:
        draw_before(d, index, action, mean);
        break;
    case HABIT_ONCE:
        draw_once(d, index, action, joined);
        break;
    case HABIT_LEAVE:
        draw_leave(d, index, action, *joined);
        break;
    default:
        draw_refunds(d, index);
    }
}

size_t tn_synth_events_draw(const tn_synth_actions *actions, const tn_synth_plan *plan,
                            const tn_synth_life *life, tn_rng *rng, tn_synth_event *out) {
    drawing d = {.plan = plan, .life = life, .rng = rng, .out = out};
    int32_t joined = INT32_MAX;
    /* A customer is active for some 60 % of the plan's days in the mean. */
    const double active = (double)(life->last_active_day - life->first_day + 1) /
                          (double)(plan->to_day - plan->from_day + 1);
    const double events = plan->events_per_customer * life->interest * active / 0.6;
    for (int late = 0; late < 2; late++) {
        for (size_t i = 0; i < actions->count; i++) {
            const tn_synth_action *action = &actions->list[i];
            if (!is_of_habit(action, late == 1)) continue;
            const double share = actions->weight > 0 ? action->weight / actions->weight : 0;
            draw_action(&d, i, action, events * share, &joined);
        }
    }
    qsort(out, d.count, sizeof *out, by_time);
    return d.count;
}
