/* hash.c: XXH3 of xxHash, compiled in place, because most ids are short and a call would cost as
 * much as the hash. */
#define XXH_INLINE_ALL
#include "base/hash.h"

#include "base/rng.h"

#include <string.h>
#include <xxhash.h>

tn_status tn_hash_secret_random(tn_hash_secret *out) {
    return tn_random_bytes(out->bytes, sizeof out->bytes);
}

void tn_hash_secret_seeded(tn_hash_secret *out, uint64_t seed) {
    tn_rng rng;
    tn_rng_init(&rng, seed);
    for (size_t i = 0; i < sizeof out->bytes; i += sizeof(uint64_t)) {
        const uint64_t word = tn_rng_u64(&rng);
        for (size_t j = 0; j < sizeof word; j++)
            out->bytes[i + j] = (unsigned char)(word >> (8 * j));
    }
}

uint64_t tn_hash_keyed(const tn_hash_secret *secret, const void *data, size_t size) {
    return XXH3_64bits_withSecret(data, size, secret->bytes, sizeof secret->bytes);
}

uint64_t tn_hash_plain(const void *data, size_t size) {
    return XXH3_64bits(data, size);
}
