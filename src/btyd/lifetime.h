/* lifetime.h: the steps of a discounted sum, as the direct path and the table share them. */
#ifndef TN_BTYD_LIFETIME_H
#define TN_BTYD_LIFETIME_H

#include <stddef.h>
#include <tenure/btyd.h>

/* The first step whose weight is not 0: 1, or the last one without a discount. */
unsigned tn_clv_first_step(const tn_clv_terms *terms);
/* Steps from .. from + count - 1, at most terms->steps: their ends t and the weights with which the
 * expectations up to these ends enter the discounted sum. */
void tn_clv_schedule(const tn_clv_terms *terms, unsigned from, size_t count, double *t,
                     double *weight);

#endif
