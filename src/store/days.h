/* days.h: a set of calendar days in as few bytes as will do: the transaction days of one customer
 * that lie between the first and the last (which are columns of the table).
 *
 * A set is one 8-byte word, and its owner knows how many days it has. Bytes of a set of k days that
 * span s days (from the first of them to the last):
 *
 *     k ≤ 3   the word alone: three days of 21 bits
 *     k > 3   the word, and a block of 8 bytes and the smaller of
 *                 2k   a sorted list of 16-bit offsets (4k when s > 65,535)
 *                 s/8  a bitmap
 *             with a quarter of slack, and rounded up to 16, 32, 48 or a multiple of 64
 *
 * So a customer costs, by the number of transaction days and how far apart they are:
 *
 *     days          1 to 5     6    12    24    52   100   365   1,000
 *     each day           8    24    24    24    24    40    72     200
 *     each week          8    24    24    40    72   136   456     968
 *     each month         8    40    40    72   136   264   776   2,440
 *
 * One owner thread. */
#ifndef TN_STORE_DAYS_H
#define TN_STORE_DAYS_H

#include "base/alloc.h"

#include <tenure/status.h>

/* Days are within these, 1970 ± 2,870 years. */
enum { TN_DAY_MIN = -(1 << 20), TN_DAY_MAX = (1 << 20) - 1 };

typedef uint64_t tn_days; /* 0 is the empty set */

/* Where blocks come from, and how many bytes of them there are. */
typedef struct tn_day_heap {
    tn_heap *heap;
    size_t bytes;
} tn_day_heap;

/* Makes sure that `day`, which is not in the set of `count` days, can be put. The set stays equal.
 */
tn_status tn_days_reserve(tn_day_heap *heap, tn_days *days, uint32_t count,
                          int32_t day) TN_MUST_CHECK;
/* Puts a day that is not in the set and for which room is reserved. */
void tn_days_put(tn_days *days, uint32_t count, int32_t day);
/* True when the day is in the set; *rank is the number of days in it before `day`. */
bool tn_days_find(tn_days days, uint32_t count, int32_t day, uint32_t *rank);
void tn_days_release(tn_day_heap *heap, tn_days *days);

/* Days in ascending order:
 *     tn_days_walk walk = tn_days_walk_of(days, count);
 *     while (tn_days_next(&walk, &day)) … */
typedef struct tn_days_walk {
    tn_days days;
    uint32_t count;
    uint32_t at;   /* days given so far */
    size_t offset; /* in a bitmap: the next bit */
} tn_days_walk;
tn_days_walk tn_days_walk_of(tn_days days, uint32_t count);
bool tn_days_next(tn_days_walk *walk, int32_t *day);

#endif
