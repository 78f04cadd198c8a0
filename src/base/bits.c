/* bits.c: the one loop over bitmaps that is not worth a kernel. */
#include "base/bits.h"

size_t tn_bits_count(const uint64_t *words, size_t word_count) {
    size_t count = 0;
    for (size_t i = 0; i < word_count; i++)
        count += tn_popcount(words[i]);
    return count;
}
