/* lanes.h: placeholder head, completed below. */
#ifndef TN_KERNELS_LANES_H
#define TN_KERNELS_LANES_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Bit i is set where bytes[i] == byte, i < 16. */
static inline uint32_t tn_lanes_match16(const uint8_t *bytes, uint8_t byte) {
#if defined(__SSE2__)
    const __m128i all = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(all, _mm_set1_epi8((char)byte)));
#else
    const uint64_t low7 = 0x7F7F7F7F7F7F7F7Full;
    uint32_t found = 0;
    for (unsigned half = 0; half < 2; half++) {
        uint64_t word;
        memcpy(&word, bytes + 8 * half, sizeof word);
        word ^= 0x0101010101010101ull * byte;
        const uint64_t zeros = ~(((word & low7) + low7) | word | low7) >> 7;
        found |= (uint32_t)((zeros * 0x0102040810204080ull) >> 56) << (8 * half);
    }
    return found;
#endif
}

#endif
