/* SPDX-License-Identifier: MIT */
/*
 * Tens of thousands of damaged traces, the same ones each time: bytes changed, cut out, doubled,
 * ends cut off, pieces of one format in another. The reader must keep its promises (trace_check.h)
 * up to the error or the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "test_random.h"
#include "trace_check.h"

#define ROUNDS  30000u
#define MAX_CUT 64u

typedef struct sample {
    unsigned char *data;
    size_t size;
} sample_t;

static sample_t samples[3];

static void make_samples(void) {
    samples[0].data = trace_sample_native(&samples[0].size);
    samples[1].data = trace_sample_trc1(&samples[1].size);
    samples[2].data = trace_sample_mtrace(&samples[2].size);
}

static void free_samples(void) {
    for (unsigned i = 0; i < 3; i++)
        free(samples[i].data);
}

static size_t change(unsigned char *data, size_t size, test_random_t *random) {
    static const unsigned char nasty[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x0f, ' ', '\n'};
    size_t at = test_random_below(random, (uint32_t)size);
    size_t length = 1 + test_random_below(random, MAX_CUT);
    length = length > size - at ? size - at : length;
    switch (test_random_below(random, 6)) {
    case 0: /* a bit */
        data[at] ^= (unsigned char)(1u << test_random_below(random, 8));
        return size;
    case 1: /* a byte */
        data[at] = nasty[test_random_below(random, sizeof nasty)];
        return size;
    case 2: /* a run of one byte: numbers without an end */
        memset(data + at, nasty[test_random_below(random, sizeof nasty)], length);
        return size;
    case 3: /* cut out */
        memmove(data + at, data + at + length, size - at - length);
        return size - length;
    case 4: /* the end is missing */
        return at;
    default: /* a piece twice, or of another sample */
        memmove(data + at + length, data + at, size - at);
        if (test_random_chance(random, 50)) {
            const sample_t *other = &samples[test_random_below(random, 3)];
            length = length > other->size ? other->size : length;
            memcpy(data + at, other->data, length);
        }
        return size + length;
    }
}

static void mutate(const sample_t *sample, uint64_t seed, uint64_t *complete) {
    test_random_t random = test_random_start(seed);
    /* Exactly as large as it is used, so that a sanitizer sees the first byte too many. */
    unsigned char *data = malloc(sample->size + 8 * MAX_CUT);
    memcpy(data, sample->data, sample->size);
    size_t size = sample->size;
    for (uint32_t changes = test_random_between(&random, 1, 4); changes > 0 && size > 0; changes--)
        size = change(data, size, &random);
    unsigned char *exact = malloc(size + (size == 0));
    memcpy(exact, data, size);
    trace_checked_t checked = trace_check_memory(exact, size);
    if (checked.broken != NULL)
        printf("seed %llu, call %llu: %s\n", (unsigned long long)seed,
               (unsigned long long)checked.calls, checked.broken);
    CHECK(checked.broken == NULL);
    CHECK(checked.complete || strstr(checked.error.text, "memory: ") == checked.error.text);
    *complete += checked.complete;
    free(exact);
    free(data);
}

static void mutate_sample(unsigned number, uint64_t *complete) {
    *complete = 0;
    make_samples();
    for (uint64_t seed = 0; seed < ROUNDS; seed++)
        mutate(&samples[number], seed, complete);
    free_samples();
}

TEST(native) {
    uint64_t complete;
    mutate_sample(0, &complete);
    /* A checksum: next to nothing that was changed may pass. A change can be none. */
    CHECK(complete < ROUNDS / 20);
}

TEST(trc1) {
    uint64_t complete;
    mutate_sample(1, &complete);
    CHECK(complete < ROUNDS / 2);
}

TEST(mtrace) {
    uint64_t complete;
    mutate_sample(2, &complete);
    CHECK(complete > 0); /* text without a checksum: a changed digit may be well */
}

TEST_MAIN(native, trc1, mtrace)
