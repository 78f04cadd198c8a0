/* match.h: comparing a group of 16 one-byte tags at once, the inner step of probing an
 * open-addressing index. Inline, because a probe is a handful of instructions inside a loop of its
 * caller; the instructions are those that every processor of the architecture has. */
#ifndef TN_KERNELS_MATCH_H
#define TN_KERNELS_MATCH_H

#include "kernels/lanes.h"

enum { TN_MATCH_GROUP = 16 };

/* Bit i of the result is set where tags[i] == tag. Reads 16 bytes at any alignment. */
static inline uint32_t tn_match_tags(const uint8_t *tags, uint8_t tag) {
    return tn_lanes_match16(tags, tag);
}

#endif
