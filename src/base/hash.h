/* hash.h: XXH3-64 with a random secret for ids, and seeded XXH3 for everything that must be the
 * same on every machine. */
#ifndef TN_BASE_HASH_H
#define TN_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <tenure/status.h>
#include <tenure/types.h>

enum { TN_HASH_SECRET_SIZE = 192 };

typedef struct tn_hash_secret {
    unsigned char bytes[TN_HASH_SECRET_SIZE];
} tn_hash_secret;

/* From the operating system's random numbers. */
tn_status tn_hash_secret_random(tn_hash_secret *out) TN_MUST_CHECK;
/* The same secret for the same seed (tests and benchmarks). */
void tn_hash_secret_seeded(tn_hash_secret *out, uint64_t seed);
uint64_t tn_hash_keyed(const tn_hash_secret *secret, const void *data, size_t size);
/* XXH3-64 with seed 0: the same everywhere and for ever. */
uint64_t tn_hash_plain(const void *data, size_t size);

#endif
