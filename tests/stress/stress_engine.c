/* Several engines at once, each with its own team and more shards than threads: load, ingest and
 * rescore over and over, and compare what each reads with what was sent. Under TSan this shows that
 * shards share nothing. */
#include "base/thread.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tenure/tenure.h>

static const char model[] =
    "tenure: 1\n"
    "name: stress\n"
    "attributes:\n"
    "  country: {type: category}\n"
    "actions:\n"
    "  visit:\n"
    "  purchase: {value: money}\n"
    "transactions: {action: purchase, one_per: day, unit: week}\n"
    "scores:\n"
    "  lead: {rules: {visited: {action: visit, points: 1}, seen: {action: visit, points: 3, "
    "half_life: 9d}}}\n"
    "rfm: {bins: 5}\n"
    "traits: {home: \"lower(country)\", third: \"tile(sum(purchase), 3)\"}\n"
    "segments: {buyers: \"count(purchase) > 0\"}\n";

enum { ENGINES = 3, ROUNDS = 6, CUSTOMERS = 4000, DAY_MS = 86400000 };

static void require(tn_status status, const tn_error *error, const char *what) {
    if (status == TN_OK) return;
    fprintf(stderr, "%s: %s\n%s\n", what, error->message, error->detail);
    exit(1);
}

static void send(tn_engine *engine, uint32_t action, int round, double value) {
    tn_str *ids = calloc(CUSTOMERS, sizeof *ids);
    int64_t *at = calloc(CUSTOMERS, sizeof *at);
    double *values = calloc(CUSTOMERS, sizeof *values);
    char(*texts)[16] = calloc(CUSTOMERS, sizeof *texts);
    tn_error error;
    for (int i = 0; i < CUSTOMERS; i++) {
        const int length = snprintf(texts[i], sizeof texts[i], "c%d", i);
        ids[i] = (tn_str){texts[i], (size_t)length};
        at[i] = (int64_t)(10000 + round) * DAY_MS;
        values[i] = value;
    }
    const tn_event_batch batch = {
        .count = CUSTOMERS, .ids = ids, .action = action, .at_ms = at, .values = values};
    require(tn_engine_ingest(engine, &batch, NULL, &error), &error, "ingest");
    free(ids);
    free(at);
    free(values);
    free(texts);
}

static void expect_score(const tn_engine *engine, double at_least) {
    tn_column_ref column;
    tn_value value;
    tn_error error;
    const tn_str name = {"score.lead", 10}, id = {"c17", 3};
    require(tn_engine_column_find(engine, name, &column, &error), &error, "column");
    require(tn_engine_read(engine, id, &column, 1, &value, &error), &error, "read");
    if (value.is_null || value.as.number < at_least) {
        fprintf(stderr, "score.lead of c17 is %g, expected at least %g\n", value.as.number,
                at_least);
        exit(1);
    }
}

static tn_status engine_life(void *context, size_t index) {
    tn_engine_options options;
    tn_engine *engine;
    tn_error error;
    (void)context;
    tn_engine_options_init(&options);
    options.shards = 5;
    options.threads = 2 + (uint32_t)index % 2;
    require(
        tn_engine_open_text("stress", (tn_str){model, strlen(model)}, &options, &engine, &error),
        &error, "open");
    for (int round = 0; round < ROUNDS; round++) {
        send(engine, 0, round, (double)NAN);
        send(engine, 1, round, 5);
        require(tn_engine_rescore(engine, (int64_t)(10001 + round) * DAY_MS, NULL, &error), &error,
                "rescore");
        expect_score(engine, round + 1);
    }
    tn_engine_close(engine);
    return TN_OK;
}

int main(void) {
    tn_team *team;
    if (tn_team_create(ENGINES, &team) != TN_OK) return 1;
    const tn_parallel parallel = tn_team_parallel(team);
    const tn_status status = parallel.for_each(parallel.team, ENGINES, engine_life, NULL);
    tn_team_destroy(team);
    return status == TN_OK ? 0 : 1;
}
