/* thread.h: a team of threads that runs one function for each of n items.
 *
 * Only engine, server, tools and tests create a team; layers below are handed a tn_parallel. */
#ifndef TN_BASE_THREAD_H
#define TN_BASE_THREAD_H

#include <stddef.h>
#include <tenure/status.h>

/* Calls run(context, i) for i in [0, count), each once, in any order, on any of its threads, and
 * returns when all are done: the first status by index that is not OK, else TN_OK. */
typedef tn_status tn_parallel_body(void *context, size_t index);
typedef struct tn_parallel {
    tn_status (*for_each)(void *team, size_t count, tn_parallel_body *body, void *context);
    void *team;
} tn_parallel;

/* Runs one after the other on the calling thread. */
extern const tn_parallel tn_parallel_serial;

typedef struct tn_team tn_team;
tn_status tn_team_create(unsigned threads,
                         tn_team **out) TN_MUST_CHECK; /* the caller counts as one */
void tn_team_destroy(tn_team *team);
tn_parallel tn_team_parallel(tn_team *team);
unsigned tn_team_threads(const tn_team *team);

#endif
