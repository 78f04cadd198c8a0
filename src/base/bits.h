/* bits.h: bitmaps in 64-bit words, bit i of word i / 64, and small bit tricks. */
#ifndef TN_BASE_BITS_H
#define TN_BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TN_WORD_BITS 64u

static inline size_t tn_words_for(size_t bits) {
    return (bits + TN_WORD_BITS - 1) / TN_WORD_BITS;
}
static inline bool tn_bit_get(const uint64_t *words, size_t index) {
    return (words[index / TN_WORD_BITS] >> (index % TN_WORD_BITS)) & 1u;
}
static inline void tn_bit_set(uint64_t *words, size_t index) {
    words[index / TN_WORD_BITS] |= 1ull << (index % TN_WORD_BITS);
}
static inline void tn_bit_clear(uint64_t *words, size_t index) {
    words[index / TN_WORD_BITS] &= ~(1ull << (index % TN_WORD_BITS));
}
static inline void tn_bit_put(uint64_t *words, size_t index, bool value) {
    if (value)
        tn_bit_set(words, index);
    else
        tn_bit_clear(words, index);
}
static inline unsigned tn_popcount(uint64_t word) {
    return (unsigned)__builtin_popcountll(word);
}
/* Index of the lowest set bit; `word` must not be 0. */
static inline unsigned tn_lowest_bit(uint64_t word) {
    return (unsigned)__builtin_ctzll(word);
}
size_t tn_bits_count(const uint64_t *words, size_t word_count);
/* The least power of two ≥ value (value ≤ 2^63; 0 gives 1). */
static inline uint64_t tn_power_of_two_above(uint64_t value) {
    return value <= 1 ? 1 : 1ull << (64 - __builtin_clzll(value - 1));
}

#endif
