/* stress_team.c: teams under contention: many jobs, calls from inside a body, two threads that want
 * the same team. Meant for ThreadSanitizer; the counts are checked everywhere. */
#include "base/thread.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

enum { ROUNDS = 50, JOBS = 20, ITEMS = 1000, INNER = 64 };

typedef struct work {
    tn_parallel parallel;
    int visits[ITEMS]; /* plain: each item is one thread's */
    atomic_size_t inner_visits;
} work;

static tn_status visit(void *context, size_t index) {
    work *to = context;
    to->visits[index]++;
    if (index == 3) return TN_CONFLICT;
    return index % 5 == 4 ? TN_IO : TN_OK;
}

static tn_status visit_inner(void *context, size_t index) {
    work *to = context;
    atomic_fetch_add(&to->inner_visits, 1);
    return index < INNER ? TN_OK : TN_INTERNAL;
}

static tn_status call_again(void *context, size_t index) {
    work *to = context;
    (void)index;
    return to->parallel.for_each(to->parallel.team, INNER, visit_inner, to);
}

static void *second_caller(void *context) {
    work *to = context;
    for (int job = 0; job < JOBS; job++)
        if (to->parallel.for_each(to->parallel.team, INNER, visit_inner, to) != TN_OK) return to;
    return NULL;
}

static bool round_holds(tn_team *team) {
    work first = {.parallel = tn_team_parallel(team)};
    for (int job = 0; job < JOBS; job++)
        if (first.parallel.for_each(team, ITEMS, visit, &first) != TN_CONFLICT) return false;
    for (int i = 0; i < ITEMS; i++)
        if (first.visits[i] != JOBS) return false;
    if (first.parallel.for_each(team, INNER, call_again, &first) != TN_OK) return false;
    if (atomic_load(&first.inner_visits) != (size_t)INNER * INNER) return false;
    work second = {.parallel = first.parallel};
    pthread_t other;
    if (pthread_create(&other, NULL, second_caller, &second) != 0) return false;
    const void *const mine = second_caller(&second);
    void *theirs = NULL;
    pthread_join(other, &theirs);
    return mine == NULL && theirs == NULL &&
           atomic_load(&second.inner_visits) == (size_t)2 * JOBS * INNER;
}

int main(void) {
    for (unsigned round = 0; round < ROUNDS; round++) {
        tn_team *team = NULL;
        if (tn_team_create(1 + round % 5, &team) != TN_OK) return 1;
        const bool holds = round_holds(team);
        tn_team_destroy(team);
        if (!holds) {
            fprintf(stderr, "round %u of %d does not hold\n", round, ROUNDS);
            return 1;
        }
    }
    puts("teams hold");
    return 0;
}
