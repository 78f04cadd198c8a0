/* lanes.h: the vectors that kernels are written in, and the only file with intrinsics.
 *
 * A tn_vec is TN_LANES doubles, a tn_codev TN_CODE_LANES 32-bit codes: 2 and 4 (base), 4 and 8
 * (AVX2), 8 and 16 (AVX-512). A kernel walks its rows in blocks of 64, so that every instruction
 * set does the same operations on the same rows; only how many are in flight differs. Every
 * function here gives the same bits in every instruction set, except which NaN a NaN is.
 *
 * Arithmetic and bit operations come from the compilers' vector types and need no intrinsics; what
 * those cannot say, or say badly, is below, per instruction set. The base set also compiles for
 * other processors than x86-64. */
#ifndef TN_KERNELS_LANES_H
#define TN_KERNELS_LANES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(TN_ISA_avx512)
#include <immintrin.h>
#define TN_LANES 8
#elif defined(TN_ISA_avx2)
#include <immintrin.h>
#define TN_LANES 4
#elif defined(__SSE2__) && !defined(TN_LANES_PORTABLE)
#include <emmintrin.h>
#define TN_LANES    2
#define TN_HAS_SSE2 1
#else
#define TN_LANES 2
#endif
#define TN_CODE_LANES (2 * TN_LANES)

typedef double tn_vec __attribute__((vector_size(8 * TN_LANES)));
typedef int64_t tn_ivec __attribute__((vector_size(8 * TN_LANES)));
typedef uint64_t tn_uvec __attribute__((vector_size(8 * TN_LANES)));
typedef uint32_t tn_codev __attribute__((vector_size(4 * TN_CODE_LANES)));
typedef float tn_floatv __attribute__((vector_size(4 * TN_LANES)));
typedef int32_t tn_i32v __attribute__((vector_size(4 * TN_LANES)));
typedef uint32_t tn_u32v __attribute__((vector_size(4 * TN_LANES)));
#if defined(TN_ISA_avx512)
typedef __mmask8 tn_mask;      /* bit i for lane i */
typedef __mmask16 tn_codemask; /* bit i for lane i */
#else
typedef tn_ivec tn_mask; /* all ones or all zeros a lane */
typedef tn_codev tn_codemask;
#endif

/* ---- Memory: any alignment ---- */

static inline tn_vec tn_vec_load(const double *from) {
    tn_vec v;
    memcpy(&v, from, sizeof v);
    return v;
}
static inline void tn_vec_store(double *to, tn_vec v) {
    memcpy(to, &v, sizeof v);
}
static inline tn_uvec tn_uvec_load(const void *from) {
    tn_uvec v;
    memcpy(&v, from, sizeof v);
    return v;
}
static inline void tn_uvec_store(void *to, tn_uvec v) {
    memcpy(to, &v, sizeof v);
}
static inline tn_codev tn_codev_load(const uint32_t *from) {
    tn_codev v;
    memcpy(&v, from, sizeof v);
    return v;
}
static inline void tn_codev_store(uint32_t *to, tn_codev v) {
    memcpy(to, &v, sizeof v);
}

/* ---- The same value in every lane ---- */

static inline tn_vec tn_vec_of(double value) {
    return value - (tn_vec){0};
}
static inline tn_uvec tn_uvec_of(uint64_t value) {
    return value - (tn_uvec){0};
}
static inline tn_codev tn_codev_of(uint32_t value) {
    return value - (tn_codev){0};
}

/* ---- Bits of doubles ---- */

static inline tn_uvec tn_vec_bits(tn_vec v) {
    return (tn_uvec)v;
}
static inline tn_vec tn_vec_from_bits(tn_uvec v) {
    return (tn_vec)v;
}
static inline tn_vec tn_vec_abs(tn_vec v) {
    return (tn_vec)((tn_uvec)v & tn_uvec_of(0x7FFFFFFFFFFFFFFFull));
}
static inline tn_vec tn_vec_neg(tn_vec v) {
    return (tn_vec)((tn_uvec)v ^ tn_uvec_of(0x8000000000000000ull));
}
/* The magnitude of `v` with the sign of `sign`. */
static inline tn_vec tn_vec_copysign(tn_vec v, tn_vec sign) {
    const tn_uvec top = tn_uvec_of(0x8000000000000000ull);
    return (tn_vec)(((tn_uvec)v & ~top) | ((tn_uvec)sign & top));
}

/* ---- Comparisons: false where a lane of either is NaN ---- */

#if defined(TN_ISA_avx512)
static inline tn_mask tn_vec_lt(tn_vec a, tn_vec b) {
    return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ);
}
static inline tn_mask tn_vec_le(tn_vec a, tn_vec b) {
    return _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ);
}
static inline tn_mask tn_vec_eq(tn_vec a, tn_vec b) {
    return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ);
}
static inline tn_mask tn_vec_ne(tn_vec a, tn_vec b) {
    return _mm512_cmp_pd_mask(a, b, _CMP_NEQ_OQ);
}
static inline tn_mask tn_vec_is_nan(tn_vec a) {
    return _mm512_cmp_pd_mask(a, a, _CMP_UNORD_Q);
}
static inline tn_mask tn_mask_and(tn_mask a, tn_mask b) {
    return (tn_mask)(a & b);
}
static inline tn_mask tn_mask_or(tn_mask a, tn_mask b) {
    return (tn_mask)(a | b);
}
static inline tn_mask tn_mask_not(tn_mask a) {
    return (tn_mask)~a;
}
/* Lane i as bit i. */
static inline unsigned tn_mask_bits(tn_mask mask) {
    return mask;
}
static inline tn_mask tn_mask_from_bits(unsigned bits) {
    return (tn_mask)bits;
}
/* a where the mask holds, b elsewhere. */
static inline tn_vec tn_vec_select(tn_mask mask, tn_vec a, tn_vec b) {
    return _mm512_mask_blend_pd(mask, b, a);
}
/* `v`, or NaN where the mask holds. */
static inline tn_vec tn_vec_null_where(tn_mask mask, tn_vec v) {
    return _mm512_mask_blend_pd(mask, v, tn_vec_of(__builtin_nan("")));
}
/* `v` where the mask holds, 0 elsewhere. */
static inline tn_vec tn_vec_keep_where(tn_mask mask, tn_vec v) {
    return _mm512_maskz_mov_pd(mask, v);
}
#else
static inline tn_mask tn_vec_lt(tn_vec a, tn_vec b) {
    return (tn_mask)(a < b);
}
static inline tn_mask tn_vec_le(tn_vec a, tn_vec b) {
    return (tn_mask)(a <= b);
}
static inline tn_mask tn_vec_eq(tn_vec a, tn_vec b) {
    return (tn_mask)(a == b);
}
static inline tn_mask tn_vec_ne(tn_vec a, tn_vec b) {
#if defined(TN_ISA_avx2)
    return (tn_mask)_mm256_cmp_pd(a, b, _CMP_NEQ_OQ);
#else
    return (tn_mask)((a < b) | (a > b));
#endif
}
static inline tn_mask tn_vec_is_nan(tn_vec a) {
    return (tn_mask)(a != a);
}
static inline tn_mask tn_mask_and(tn_mask a, tn_mask b) {
    return a & b;
}
static inline tn_mask tn_mask_or(tn_mask a, tn_mask b) {
    return a | b;
}
static inline tn_mask tn_mask_not(tn_mask a) {
    return ~a;
}
/* Lane i as bit i. */
static inline unsigned tn_mask_bits(tn_mask mask) {
#if defined(TN_ISA_avx2)
    return (unsigned)_mm256_movemask_pd((__m256d)mask);
#elif defined(TN_HAS_SSE2)
    return (unsigned)_mm_movemask_pd((__m128d)mask);
#else
    return (unsigned)((mask[0] & 1) | (mask[1] & 2));
#endif
}
static inline tn_mask tn_mask_from_bits(unsigned bits) {
#if defined(TN_ISA_avx2)
    const __m256i lane = _mm256_setr_epi64x(1, 2, 4, 8);
    const __m256i all = _mm256_set1_epi64x((long long)bits);
    return (tn_mask)_mm256_cmpeq_epi64(_mm256_and_si256(all, lane), lane);
#else
    static const int64_t masks[4][2] = {{0, 0}, {-1, 0}, {0, -1}, {-1, -1}};
    tn_mask mask;
    memcpy(&mask, masks[bits & 3], sizeof mask);
    return mask;
#endif
}
/* a where the mask holds, b elsewhere. */
static inline tn_vec tn_vec_select(tn_mask mask, tn_vec a, tn_vec b) {
#if defined(TN_ISA_avx2)
    return _mm256_blendv_pd(b, a, (__m256d)mask);
#else
    return (tn_vec)(((tn_ivec)a & mask) | ((tn_ivec)b & ~mask));
#endif
}
/* `v`, or NaN where the mask holds: all bits set are a NaN. */
static inline tn_vec tn_vec_null_where(tn_mask mask, tn_vec v) {
    return (tn_vec)((tn_ivec)v | mask);
}
/* `v` where the mask holds, 0 elsewhere. */
static inline tn_vec tn_vec_keep_where(tn_mask mask, tn_vec v) {
    return (tn_vec)((tn_ivec)v & mask);
}
#endif

static inline tn_mask tn_uvec_eq(tn_uvec a, tn_uvec b) {
#if defined(TN_ISA_avx512)
    return _mm512_cmpeq_epi64_mask((__m512i)a, (__m512i)b);
#else
    return (tn_mask)(a == b);
#endif
}

/* a < b ? a : b, and a > b ? a : b: b where one is NaN, and of two zeros. */
static inline tn_vec tn_vec_min(tn_vec a, tn_vec b) {
#if defined(TN_ISA_avx512)
    return _mm512_min_pd(a, b);
#elif defined(TN_ISA_avx2)
    return _mm256_min_pd(a, b);
#elif defined(TN_HAS_SSE2)
    return _mm_min_pd(a, b);
#else
    return tn_vec_select(tn_vec_lt(a, b), a, b);
#endif
}
static inline tn_vec tn_vec_max(tn_vec a, tn_vec b) {
#if defined(TN_ISA_avx512)
    return _mm512_max_pd(a, b);
#elif defined(TN_ISA_avx2)
    return _mm256_max_pd(a, b);
#elif defined(TN_HAS_SSE2)
    return _mm_max_pd(a, b);
#else
    return tn_vec_select(tn_vec_lt(b, a), a, b);
#endif
}

/* NaN where `v` is infinite or NaN; -0 becomes 0. v - v is 0 for finite numbers alone. */
static inline tn_vec tn_vec_finite(tn_vec v) {
    return v + (v - v);
}

/* ---- Square root and rounding ---- */

static inline tn_vec tn_vec_sqrt(tn_vec v) {
#if defined(TN_ISA_avx512)
    return _mm512_sqrt_pd(v);
#elif defined(TN_ISA_avx2)
    return _mm256_sqrt_pd(v);
#elif defined(TN_HAS_SSE2)
    return _mm_sqrt_pd(v);
#else
    return (tn_vec){__builtin_sqrt(v[0]), __builtin_sqrt(v[1])};
#endif
}
/* The nearest whole number, half to even, for |v| < 2^51 (anything else: unspecified; NaN: NaN). */
static inline tn_vec tn_vec_nearest_small(tn_vec v) {
    const tn_vec magic = tn_vec_of(6755399441055744.0); /* 1.5 × 2^52 */
    return (v + magic) - magic;
}
/* Largest whole number not above v; NaN: NaN. The sign of a zero is v's. */
static inline tn_vec tn_vec_floor(tn_vec v) {
#if defined(TN_ISA_avx512)
    return _mm512_roundscale_pd(v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
#elif defined(TN_ISA_avx2)
    return _mm256_floor_pd(v);
#else
    const tn_vec big = tn_vec_of(4503599627370496.0); /* 2^52: from here on all are whole */
    const tn_vec size = tn_vec_abs(v);
    tn_vec whole = tn_vec_copysign((size + big) - big, v);
    whole = whole - tn_vec_keep_where(tn_vec_lt(v, whole), tn_vec_of(1.0));
    return tn_vec_select(tn_vec_lt(size, big), whole, v);
#endif
}
/* Smallest whole number not below v. */
static inline tn_vec tn_vec_ceil(tn_vec v) {
    return tn_vec_neg(tn_vec_floor(tn_vec_neg(v)));
}

/* ---- Conversions: TN_LANES values at `from` ---- */

static inline tn_vec tn_vec_load_f32(const float *from) {
    tn_floatv v;
    memcpy(&v, from, sizeof v);
    return __builtin_convertvector(v, tn_vec);
}
/* As the nearest floats, half to even; 0x7FC00000 where the float would be NaN or infinite, and no
 * -0. */
static inline void tn_vec_store_f32(float *to, tn_vec v) {
    const tn_floatv narrow = __builtin_convertvector(v, tn_floatv);
    const tn_floatv finite = narrow + (narrow - narrow);
    const tn_i32v null = (tn_i32v)(finite != finite);
    const tn_i32v one_null = 0x7FC00000 - (tn_i32v){0};
    const tn_i32v bits = ((tn_i32v)finite & ~null) | (one_null & null);
    memcpy(to, &bits, sizeof bits);
}
static inline tn_vec tn_vec_round_to_f32(tn_vec v) {
    return __builtin_convertvector(__builtin_convertvector(v, tn_floatv), tn_vec);
}
static inline tn_vec tn_vec_of_i32(tn_i32v v) {
    return __builtin_convertvector(v, tn_vec);
}
static inline tn_i32v tn_i32v_load(const int32_t *from) {
    tn_i32v v;
    memcpy(&v, from, sizeof v);
    return v;
}
static inline tn_i32v tn_i32v_load_u16(const uint16_t *from) {
#if defined(TN_ISA_avx512)
    return (tn_i32v)_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)from));
#elif defined(TN_ISA_avx2)
    return (tn_i32v)_mm_cvtepu16_epi32(_mm_loadl_epi64((const __m128i *)(const void *)from));
#else
    return (tn_i32v){from[0], from[1]};
#endif
}
static inline tn_i32v tn_i32v_load_u8(const uint8_t *from) {
#if defined(TN_ISA_avx512)
    return (tn_i32v)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)from));
#elif defined(TN_ISA_avx2)
    int four;
    memcpy(&four, from, sizeof four);
    return (tn_i32v)_mm_cvtepu8_epi32(_mm_cvtsi32_si128(four));
#else
    return (tn_i32v){from[0], from[1]};
#endif
}
static inline tn_i32v tn_i32v_load_i8(const int8_t *from) {
#if defined(TN_ISA_avx512)
    return (tn_i32v)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)from));
#elif defined(TN_ISA_avx2)
    int four;
    memcpy(&four, from, sizeof four);
    return (tn_i32v)_mm_cvtepi8_epi32(_mm_cvtsi32_si128(four));
#else
    return (tn_i32v){from[0], from[1]};
#endif
}
/* A 64-bit integer as the nearest double: its halves, each exact, added with one rounding. */
static inline tn_vec tn_vec_of_i64(tn_uvec v) {
    const tn_uvec low = (v & tn_uvec_of(0xFFFFFFFFull)) | tn_uvec_of(0x4330000000000000ull);
    const tn_uvec high = (v >> 32) ^ tn_uvec_of(0x4530000080000000ull);
    const tn_vec high_part = (tn_vec)high - tn_vec_of(0x1.000008p84); /* 2^84+2^63 */
    return high_part + ((tn_vec)low - tn_vec_of(4503599627370496.0));
}
/* A 64-bit integer in [-2^51, 2^51) as a double, by the bits of v + 1.5 × 2^52; NaN beyond, where
 * *fits does not hold. */
static inline tn_vec tn_vec_of_i64_small(tn_uvec v, tn_mask *fits) {
    const tn_vec magic = tn_vec_of(6755399441055744.0);
    const tn_uvec bits = v + (tn_uvec)magic;
    *fits = tn_uvec_eq(bits >> 52, tn_uvec_of(0x433));
    return tn_vec_null_where(tn_mask_not(*fits), (tn_vec)bits - magic);
}
/* A whole number of |v| < 2^51 as a 64-bit integer, by the bits of v + 1.5 × 2^52. */
static inline tn_uvec tn_vec_to_i64_small(tn_vec v) {
    const tn_vec magic = tn_vec_of(6755399441055744.0);
    return (tn_uvec)(v + magic) - (tn_uvec)magic;
}
/* Whole numbers of |v| <= 2^31 as 32-bit integers. */
static inline void tn_vec_store_i32(int32_t *to, tn_vec v) {
    const tn_i32v narrow = __builtin_convertvector(v, tn_i32v);
    memcpy(to, &narrow, sizeof narrow);
}

/* ---- Codes ---- */

#if defined(TN_ISA_avx512)
static inline tn_codemask tn_codev_eq(tn_codev a, tn_codev b) {
    return _mm512_cmpeq_epi32_mask((__m512i)a, (__m512i)b);
}
/* Unsigned. */
static inline tn_codemask tn_codev_lt(tn_codev a, tn_codev b) {
    return _mm512_cmplt_epu32_mask((__m512i)a, (__m512i)b);
}
static inline uint64_t tn_codemask_bits(tn_codemask mask) {
    return mask;
}
static inline tn_codemask tn_codemask_from_bits(uint64_t bits) {
    return (tn_codemask)bits;
}
static inline tn_codev tn_codev_select(tn_codemask mask, tn_codev a, tn_codev b) {
    return (tn_codev)_mm512_mask_blend_epi32(mask, (__m512i)b, (__m512i)a);
}
#else
static inline tn_codemask tn_codev_eq(tn_codev a, tn_codev b) {
    return (tn_codemask)(a == b);
}
/* Unsigned. */
static inline tn_codemask tn_codev_lt(tn_codev a, tn_codev b) {
    return (tn_codemask)(a < b);
}
static inline uint64_t tn_codemask_bits(tn_codemask mask) {
#if defined(TN_ISA_avx2)
    return (unsigned)_mm256_movemask_ps((__m256)mask);
#elif defined(TN_HAS_SSE2)
    return (unsigned)_mm_movemask_ps((__m128)mask);
#else
    return (mask[0] & 1) | (mask[1] & 2) | (mask[2] & 4) | (mask[3] & 8);
#endif
}
static inline tn_codemask tn_codemask_from_bits(uint64_t bits) {
#if defined(TN_ISA_avx2)
    const tn_codev lane = {1, 2, 4, 8, 16, 32, 64, 128};
#else
    const tn_codev lane = {1, 2, 4, 8};
#endif
    return (tn_codemask)((tn_codev_of((uint32_t)bits) & lane) == lane);
}
static inline tn_codev tn_codev_select(tn_codemask mask, tn_codev a, tn_codev b) {
    return (a & mask) | (b & ~mask);
}
#endif

/* ---- Bytes: bit i is set where bytes[i] == byte, i < 16 ---- */

static inline uint32_t tn_lanes_match16(const uint8_t *bytes, uint8_t byte) {
#if defined(TN_HAS_SSE2) || TN_LANES > 2
    const __m128i all = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(all, _mm_set1_epi8((char)byte)));
#else
    const uint64_t low7 = 0x7F7F7F7F7F7F7F7Full;
    uint32_t found = 0;
    for (unsigned half = 0; half < 2; half++) {
        uint64_t word;
        memcpy(&word, bytes + (size_t)8 * half, sizeof word);
        word ^= 0x0101010101010101ull * byte;
        const uint64_t zeros = ~(((word & low7) + low7) | word | low7) >> 7;
        found |= (uint32_t)((zeros * 0x0102040810204080ull) >> 56) << (8 * half);
    }
    return found;
#endif
}

#endif
