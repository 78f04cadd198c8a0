/* test_thread.c: teams. Each index once, the first failure by index, no deadlock. */
#include "base/alloc.h"
#include "base/fault.h"
#include "base/thread.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

enum { ITEMS = 10000 };

typedef struct job {
    atomic_int visits[ITEMS];
    size_t fail_every; /* 0 for never */
    size_t fail_from;
    const tn_parallel *inner;
} job;

static tn_status visit(void *context, size_t index) {
    job *to = context;
    atomic_fetch_add(&to->visits[index], 1);
    if (to->fail_every != 0 && index >= to->fail_from && index % to->fail_every == 0)
        return index == to->fail_from ? TN_CONFLICT : TN_IO;
    return TN_OK;
}

static void assert_each_once(job *of, size_t count) {
    for (size_t i = 0; i < ITEMS; i++)
        cr_assert(atomic_load(&of->visits[i]) == (i < count), "item %zu", i);
}

Test(team, runs_every_item_once_whatever_its_size) {
    static job jobs[60];
    size_t used = 0;
    for (unsigned threads = 1; threads <= 7; threads += 2) {
        tn_team *team = NULL;
        cr_assert(tn_team_create(threads, &team) == TN_OK);
        cr_assert(tn_team_threads(team) == threads);
        const tn_parallel parallel = tn_team_parallel(team);
        static const size_t counts[] = {0, 1, 2, 3, 64, ITEMS};
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            job *to = &jobs[used++];
            cr_assert(parallel.for_each(parallel.team, counts[c], visit, to) == TN_OK);
            assert_each_once(to, counts[c]);
        }
        tn_team_destroy(team);
    }
    tn_team_destroy(NULL);
    cr_assert(tn_heap_used_bytes(NULL) == 0);
}

Test(team, reports_the_failure_with_the_lowest_index_every_time) {
    tn_team *team = NULL;
    cr_assert(tn_team_create(4, &team) == TN_OK);
    const tn_parallel kinds[2] = {tn_parallel_serial, tn_team_parallel(team)};
    for (int round = 0; round < 200; round++) {
        for (size_t k = 0; k < 2; k++) {
            job to = {.fail_every = 7, .fail_from = 7 * 13};
            const tn_status status = kinds[k].for_each(kinds[k].team, 500, visit, &to);
            cr_assert(status == TN_CONFLICT, "round %d", round);
            assert_each_once(&to, 500);
        }
    }
    tn_team_destroy(team);
}

static tn_status nested(void *context, size_t index) {
    job *to = context;
    job inner = {.fail_every = 0};
    if (to->inner->for_each(to->inner->team, 100, visit, &inner) != TN_OK) return TN_INTERNAL;
    for (size_t i = 0; i < 100; i++) {
        if (atomic_load(&inner.visits[i]) != 1) return TN_INTERNAL;
    }
    return visit(to, index);
}

Test(team, a_call_from_inside_a_body_works) {
    tn_team *team = NULL;
    cr_assert(tn_team_create(3, &team) == TN_OK);
    const tn_parallel parallel = tn_team_parallel(team);
    static job to;
    to.inner = &parallel;
    cr_assert(parallel.for_each(parallel.team, 50, nested, &to) == TN_OK);
    assert_each_once(&to, 50);
    tn_team_destroy(team);
}

Test(team, a_thread_that_cannot_start_ends_the_others) {
    for (unsigned n = 1; n <= 4; n++) {
        tn_team *team = NULL;
        tn_fault_arm(TN_FAULT_THREAD, n, EAGAIN);
        const tn_status status = tn_team_create(4, &team);
        tn_fault_arm(TN_FAULT_THREAD, 0, 0);
        cr_assert(status == (n <= 3 ? TN_OUT_OF_MEMORY : TN_OK), "thread %u", n);
        tn_team_destroy(team);
        cr_assert(tn_heap_used_bytes(NULL) == 0);
    }
    tn_team *team = NULL;
    cr_assert(tn_team_create(0, &team) == TN_BAD_ARGUMENT);
    cr_assert(tn_team_create(1000000, &team) == TN_BAD_ARGUMENT && team == NULL);
    tn_alloc_fail_at(1, false);
    cr_assert(tn_team_create(2, &team) == TN_OUT_OF_MEMORY);
}
