/* driver.c: a fuzz target without a fuzzer: each file of the corpus as it is, then mutations of the
 * files from a printed seed. TENURE_SEED and TENURE_FUZZ_RUNS change the seed and the number of
 * mutations; a file named on the command line is run alone, to look at a finding. */
#include "fuzz/fuzz.h"

#include "base/rng.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>

enum { FILES_MAX = 1024, FILE_SIZE_MAX = 1 << 16, RUNS = 8000 };

typedef struct sample {
    uint8_t *data;
    size_t size;
} sample;

typedef struct corpus {
    sample samples[FILES_MAX];
    size_t count;
} corpus;

static bool read_sample(const char *path, sample *out) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return false;
    out->data = malloc(FILE_SIZE_MAX);
    if (out->data == NULL) abort();
    out->size = fread(out->data, 1, FILE_SIZE_MAX, file);
    fclose(file);
    return true;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_corpus(corpus *c, const char *folder) {
    struct dirent **entries = NULL;
    char path[4096];
    const int count = scandir(folder, &entries, NULL, by_name);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && c->count < FILES_MAX &&
            read_sample(path, &c->samples[c->count]))
            c->count++;
        free(entries[i]);
    }
    free(entries);
}

/* ---- Mutations ---- */

static void erase(sample *s, size_t at, size_t size) {
    if (at + size > s->size) size = s->size - at;
    memmove(s->data + at, s->data + at + size, s->size - at - size);
    s->size -= size;
}

static void insert(sample *s, size_t at, const uint8_t *data, size_t size) {
    if (s->size + size > FILE_SIZE_MAX) return;
    memmove(s->data + at + size, s->data + at, s->size - at);
    memcpy(s->data + at, data, size);
    s->size += size;
}

static size_t below(tn_rng *rng, size_t bound) {
    return (size_t)tn_rng_below(rng, bound + 1);
}

static void mutate(sample *s, const corpus *c, tn_rng *rng) {
    static const char bytes[] = "()',.;:=<>!+-*/%\"\n\t -0919aeN_[]{}#&|\0\xFF\xC3\xE2";
    const size_t at = below(rng, s->size);
    uint8_t byte = (uint8_t)bytes[tn_rng_below(rng, sizeof bytes)];
    uint8_t piece[64];
    switch (tn_rng_below(rng, 6)) {
    case 0: /* another byte */
        if (at < s->size) s->data[at] = byte;
        break;
    case 1: /* a flipped bit */
        if (at < s->size) s->data[at] ^= (uint8_t)(1u << tn_rng_below(rng, 8));
        break;
    case 2:
        insert(s, at, &byte, 1);
        break;
    case 3:
        erase(s, at, 1 + below(rng, 12));
        break;
    case 4: { /* a piece of another file, or of this one */
        const sample *other = &c->samples[tn_rng_below(rng, c->count)];
        const size_t from = below(rng, other->size);
        size_t size = 1 + below(rng, sizeof piece - 1);
        if (from + size > other->size) size = other->size - from;
        memcpy(piece, other->data + from, size);
        insert(s, at, piece, size);
        break;
    }
    default: { /* the same byte many times */
        const size_t size = 1 + below(rng, sizeof piece - 1);
        memset(piece, byte, size);
        for (size_t i = below(rng, 40); i > 0; i--)
            insert(s, at, piece, size);
        break;
    }
    }
}

/* The input is a block of its own size, so that a read past its end is seen by a sanitizer. */
static void run(const sample *s) {
    uint8_t *data = malloc(s->size > 0 ? s->size : 1);
    if (data == NULL) abort();
    memcpy(data, s->data, s->size);
    (void)LLVMFuzzerTestOneInput(data, s->size);
    free(data);
}

static void run_mutations(const corpus *c, tn_rng *rng, size_t runs) {
    uint8_t *room = malloc(FILE_SIZE_MAX);
    if (room == NULL) abort();
    for (size_t i = 0; i < runs; i++) {
        const sample *from = &c->samples[tn_rng_below(rng, c->count)];
        sample mutant = {.data = room, .size = from->size};
        memcpy(room, from->data, from->size);
        for (size_t k = 1 + below(rng, 5); k > 0; k--)
            mutate(&mutant, c, rng);
        run(&mutant);
    }
    free(room);
}

static uint64_t number_from(const char *variable, uint64_t otherwise) {
    const char *text = getenv(variable);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

int main(int argument_count, char **arguments) {
    static corpus c;
    if (argument_count > 1) {
        if (!read_sample(arguments[1], &c.samples[c.count++])) return 1;
        run(&c.samples[0]);
        free(c.samples[0].data);
        return 0;
    }
    read_corpus(&c, TN_FUZZ_CORPUS);
    if (c.count == 0) {
        fprintf(stderr, "no corpus in %s\n", TN_FUZZ_CORPUS);
        return 1;
    }
    const uint64_t seed = number_from("TENURE_SEED", 1);
    const size_t runs = (size_t)number_from("TENURE_FUZZ_RUNS", RUNS);
    tn_rng rng;
    printf("%zu files, %zu mutations, TENURE_SEED=%llu\n", c.count, runs, (unsigned long long)seed);
    fflush(stdout);
    tn_rng_init(&rng, seed);
    for (size_t i = 0; i < c.count; i++)
        run(&c.samples[i]);
    run_mutations(&c, &rng, runs);
    for (size_t i = 0; i < c.count; i++)
        free(c.samples[i].data);
    return 0;
}
