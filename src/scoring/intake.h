/* intake.h: events on their way into the store: derived actions filtered, `per` weights evaluated.
 *
 * A tn_intake is compiled once from a model; a tn_intake_state belongs to one thread. Evaluating a
 * batch is vectorised over its events and touches no shard; the resulting updates are applied by
 * the shard of each customer in the order of arrival. */
#ifndef TN_SCORING_INTAKE_H
#define TN_SCORING_INTAKE_H

#include "kernels/kernels.h"
#include "model/model.h"
#include "store/table.h"

typedef struct tn_intake tn_intake;
typedef struct tn_intake_state tn_intake_state;

tn_status tn_intake_compile(const tn_model *model, tn_intake **out, tn_error *error) TN_MUST_CHECK;
void tn_intake_destroy(tn_intake *intake); /* NULL is allowed */
tn_status tn_intake_state_create(const tn_intake *intake, const tn_kernels *kernels,
                                 tn_intake_state **out) TN_MUST_CHECK;
void tn_intake_state_destroy(tn_intake_state *state); /* NULL is allowed */

/* Events already validated (action declared and not derived, value present where needed and finite,
 * fields of the right type, time in range). */
typedef struct tn_intake_events {
    size_t count; /* at most TN_BATCH_ROWS_MAX */
    const uint32_t *actions;
    const int64_t *at_ms;
    const double *values;   /* NaN: none; NULL: none at all */
    const tn_value *fields; /* row-major with stride; NULL: none */
    size_t field_stride;
} tn_intake_events;

/* All updates of the batch: those of event i are updates[first[i]] to updates[first[i + 1] − 1]:
 * the event itself, then the derived actions that it also is. Borrowed until the next call. */
typedef struct tn_intake_updates {
    const tn_event_update *updates;
    const uint32_t *first; /* count + 1 */
} tn_intake_updates;
tn_status tn_intake_evaluate(tn_intake_state *state, const tn_intake_events *events,
                             tn_intake_updates *out, tn_error *error) TN_MUST_CHECK;

#endif
