/* thread.c: a team of pthreads around one job at a time.
 *
 * Workers sleep until a job's number changes, draw indices from an atomic counter until it is used
 * up, and check out. The caller works too and returns when all have checked out, so a job may lie
 * on its stack. A call that meets a busy team (from inside a body, or from a second thread) runs
 * serially on the calling thread: same results, no deadlock. */
#include "base/thread.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "base/fault.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { TEAM_THREADS_MAX = 1024 };

typedef struct team_job {
    tn_parallel_body *body;
    void *context;
    size_t count;
    atomic_size_t next;
    pthread_mutex_t lock; /* of the two below */
    size_t failed_index;
    tn_status status;
} team_job;

struct tn_team {
    pthread_mutex_t lock; /* of everything below but `threads` and `handles` */
    pthread_cond_t job_posted;
    pthread_cond_t job_left;
    team_job *job;
    uint64_t job_number;
    unsigned working; /* workers that have not checked out of the job */
    bool is_busy;
    bool is_stopping;
    unsigned threads; /* with the caller */
    unsigned started; /* workers to join */
    pthread_t handles[];
};

static size_t team_size_bytes(unsigned threads) {
    return sizeof(tn_team) + (threads - 1) * sizeof(pthread_t);
}

static tn_status serial_for_each(void *team, size_t count, tn_parallel_body *body, void *context) {
    (void)team;
    tn_status first = TN_OK;
    for (size_t i = 0; i < count; i++) {
        const tn_status status = body(context, i);
        if (first == TN_OK) first = status;
    }
    return first;
}

const tn_parallel tn_parallel_serial = {.for_each = serial_for_each, .team = NULL};

static void job_work(team_job *job) {
    for (;;) {
        const size_t index = atomic_fetch_add_explicit(&job->next, 1, memory_order_relaxed);
        if (index >= job->count) return;
        const tn_status status = job->body(job->context, index);
        if (status == TN_OK) continue;
        pthread_mutex_lock(&job->lock);
        if (index < job->failed_index) {
            job->failed_index = index;
            job->status = status;
        }
        pthread_mutex_unlock(&job->lock);
    }
}

static void *worker_main(void *argument) {
    tn_team *team = argument;
    uint64_t seen = 0;
    pthread_mutex_lock(&team->lock);
    for (;;) {
        while (!team->is_stopping && team->job_number == seen)
            pthread_cond_wait(&team->job_posted, &team->lock);
        if (team->is_stopping) break;
        seen = team->job_number;
        team_job *job = team->job;
        pthread_mutex_unlock(&team->lock);
        job_work(job);
        pthread_mutex_lock(&team->lock);
        if (--team->working == 0) pthread_cond_signal(&team->job_left);
    }
    pthread_mutex_unlock(&team->lock);
    return NULL;
}

/* Posts the job; false when the team is busy. */
static bool job_post(tn_team *team, team_job *job) {
    pthread_mutex_lock(&team->lock);
    const bool is_free = !team->is_busy;
    if (is_free) {
        team->is_busy = true;
        team->job = job;
        team->job_number++;
        team->working = team->threads - 1;
        pthread_cond_broadcast(&team->job_posted);
    }
    pthread_mutex_unlock(&team->lock);
    return is_free;
}

static void job_await(tn_team *team) {
    pthread_mutex_lock(&team->lock);
    while (team->working > 0)
        pthread_cond_wait(&team->job_left, &team->lock);
    team->job = NULL;
    team->is_busy = false;
    pthread_mutex_unlock(&team->lock);
}

static tn_status team_for_each(void *argument, size_t count, tn_parallel_body *body,
                               void *context) {
    tn_team *team = argument;
    if (count <= 1 || team->threads == 1) return serial_for_each(NULL, count, body, context);
    team_job job = {.body = body, .context = context, .count = count, .failed_index = SIZE_MAX};
    TN_ASSERT(pthread_mutex_init(&job.lock, NULL) == 0);
    const bool posted = job_post(team, &job);
    if (posted) {
        job_work(&job);
        job_await(team);
    }
    pthread_mutex_destroy(&job.lock);
    return posted ? job.status : serial_for_each(NULL, count, body, context);
}

static bool worker_start(tn_team *team) {
    if (tn_fault_hit(TN_FAULT_THREAD)) return false;
    if (pthread_create(&team->handles[team->started], NULL, worker_main, team) != 0) return false;
    team->started++;
    return true;
}

tn_status tn_team_create(unsigned threads, tn_team **out) {
    if (threads == 0 || threads > TEAM_THREADS_MAX) return TN_BAD_ARGUMENT;
    tn_team *team = tn_alloc_zero(NULL, team_size_bytes(threads));
    if (team == NULL) return TN_OUT_OF_MEMORY;
    team->threads = threads;
    TN_ASSERT(pthread_mutex_init(&team->lock, NULL) == 0);
    TN_ASSERT(pthread_cond_init(&team->job_posted, NULL) == 0);
    TN_ASSERT(pthread_cond_init(&team->job_left, NULL) == 0);
    while (team->started < threads - 1) {
        if (!worker_start(team)) {
            tn_team_destroy(team);
            return TN_OUT_OF_MEMORY;
        }
    }
    *out = team;
    return TN_OK;
}

void tn_team_destroy(tn_team *team) {
    if (team == NULL) return;
    pthread_mutex_lock(&team->lock);
    TN_ASSERT(!team->is_busy);
    team->is_stopping = true;
    pthread_cond_broadcast(&team->job_posted);
    pthread_mutex_unlock(&team->lock);
    for (unsigned i = 0; i < team->started; i++)
        pthread_join(team->handles[i], NULL);
    pthread_cond_destroy(&team->job_left);
    pthread_cond_destroy(&team->job_posted);
    pthread_mutex_destroy(&team->lock);
    tn_free(NULL, team, team_size_bytes(team->threads));
}

tn_parallel tn_team_parallel(tn_team *team) {
    return (tn_parallel){.for_each = team_for_each, .team = team};
}

unsigned tn_team_threads(const tn_team *team) {
    return team->threads;
}
