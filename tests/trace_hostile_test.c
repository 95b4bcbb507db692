/* SPDX-License-Identifier: MIT */
/* Each thing that can be wrong with a trace has its line: where, what, and what to do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "trace_check.h"
#include "trace_codec.h"

/* Bytes of a file in the making. */
typedef struct bytes {
    unsigned char data[65536];
    size_t size;
    trace_codec_t codec;
    uint64_t calls;
} bytes_t;

static bytes_t file;

static void start(void) {
    memset(&file, 0, sizeof file);
    file.size = trace_encode_start(file.data);
}

static void put(const char *data, size_t size) {
    memcpy(file.data + file.size, data, size);
    file.size += size;
}
#define PUT(literal) put("" literal, sizeof(literal) - 1)

static void put_call(trace_op_t op, uint64_t id, uint64_t size) {
    trace_call_t call = {.op = op, .size = size, .alignment = op == TRACE_ALIGNED ? 64 : 0};
    file.size += trace_encode_call(&file.codec, file.data + file.size, &call, id, id);
    file.calls++;
}

static void put_number(uint64_t number) {
    file.size += trace_encode_number(file.data + file.size, number);
}

static void put_end(void) {
    file.size += trace_encode_end(file.data + file.size, file.calls);
    uint32_t crc = trace_crc(0, file.data, file.size);
    for (unsigned i = 0; i < 4; i++)
        file.data[file.size++] = (unsigned char)(crc >> (8 * i));
}

/* The file gives this error, at this place, and keeps the reader's promises. */
static void expect(const char *place, const char *what) {
    trace_checked_t checked = trace_check_memory(file.data, file.size);
    char begin[64];
    snprintf(begin, sizeof begin, "memory: %s: ", place);
    CHECK_TEXT(checked.broken, NULL);
    CHECK(!checked.complete);
    bool good = strncmp(checked.error.text, begin, strlen(begin)) == 0 &&
                strstr(checked.error.text, what) != NULL;
    if (!good)
        printf("  \"%s\" is not \"%s...%s\"\n", checked.error.text, begin, what);
    CHECK(good);
}

static void expect_good(uint64_t calls) {
    trace_checked_t checked = trace_check_memory(file.data, file.size);
    if (!checked.complete)
        printf("  %s\n", checked.error.text);
    CHECK(checked.complete);
    CHECK_TEXT(checked.broken, NULL);
    CHECK_EQ(checked.calls, calls);
}

static void use_sample(unsigned char *sample, size_t size) {
    start();
    file.size = 0;
    put((const char *)sample, size);
    free(sample);
}

TEST(samples_are_good) {
    size_t size;
    unsigned char *sample = trace_sample_native(&size);
    use_sample(sample, size);
    expect_good(120);
    sample = trace_sample_trc1(&size);
    use_sample(sample, size);
    expect_good(7);
    sample = trace_sample_mtrace(&size);
    use_sample(sample, size);
    expect_good(9); /* one of its lines is a free from before, which is passed over */
}

TEST(no_trace) {
    file.size = 0;
    expect("byte 0", "the file is empty");
    PUT("hello world");
    expect("byte 0", "no trace that capheap knows");
    file.size = 0;
    PUT("CAPTRAC");
    expect("byte 0", "no trace that capheap knows");
}

TEST(version) {
    file.size = 0;
    PUT("CAPTRACE");
    expect("byte 8", "ends where the version is due");
    PUT("\x02");
    expect("byte 9", "version 2 of the format; this capheap reads version 1: use a newer");
    file.size = 8;
    PUT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
    expect("byte 18", "more than 64 bits");
}

TEST(cut_off_anywhere) {
    size_t size;
    unsigned char *sample = trace_sample_native(&size);
    for (size_t cut = TRACE_MAGIC_SIZE; cut < size; cut++) {
        unsigned char *exact = malloc(cut);
        memcpy(exact, sample, cut);
        trace_checked_t checked = trace_check_memory(exact, cut);
        CHECK(!checked.complete);
        CHECK_TEXT(checked.broken, NULL);
        CHECK(strstr(checked.error.text, "cut off; get it anew") != NULL);
        free(exact);
    }
    free(sample);
}

TEST(blocks_that_cannot_be) {
    start();
    put_call(TRACE_FREE, 7, 0);
    expect("byte 11", "free of block 7, which isn't live; the file is damaged or");
    start();
    put_call(TRACE_REALLOC, 5, 10);
    expect("byte 13", "realloc of block 5, which isn't live");
    start();
    put_call(TRACE_MALLOC, 3, 10);
    put_call(TRACE_CALLOC, 3, 10);
    expect("byte 15", "calloc gives out block 3, which is live already");
    start();
    put_call(TRACE_MALLOC, 3, 10);
    put_call(TRACE_MALLOC, 4, 10);
    PUT("\x03\x00\x01\x05"); /* realloc: block 4, then one less */
    expect("byte 19", "realloc moves block 4 to 3, which is live already");
    start();
    put_call(TRACE_MALLOC, 3, 10);
    put_call(TRACE_REALLOC, 3, 0);
    expect("byte 16", "realloc of block 3 to 0 bytes, which is to be written as free");
    start();
    put_call(TRACE_MALLOC, 3, 10);
    put_call(TRACE_FREE, 3, 0);
    put_call(TRACE_FREE, 3, 0);
    expect("byte 16", "free of block 3, which isn't live");
}

TEST(absurd_numbers) {
    start();
    put_call(TRACE_MALLOC, 1, UINT64_MAX);
    expect("byte 21", "a block of 18446744073709551615 bytes");
    start();
    put_call(TRACE_MALLOC, 1, UINT64_C(1) << 62);
    put_call(TRACE_MALLOC, 2, 1);
    expect("byte 23", "a block of 1 bytes: more than any memory holds");
    start();
    PUT("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f");
    expect("byte 20", "a block is a number of more than 64 bits");
    start();
    PUT("\x04\x00\x10\x30"); /* aligned to 2^48 */
    expect("byte 13", "an alignment of 2^48 bytes, but at most 2^47");
    start();
    PUT("\x06\x10\x31"); /* refused, aligned to 2^48 */
    expect("byte 12", "an alignment of 2^48 bytes");
    start();
    PUT("\x0c\x81\x20"); /* a text of 4097 bytes */
    expect("byte 12", "the length of a text is 4097, but must be below 4097");
    start();
    PUT("\x0e\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
    expect("byte 20", "the length of a text is 18446744073709551615");
}

TEST(unknown_names) {
    start();
    PUT("\x11\x00\x00\x01"); /* malloc by task 0, told though none has a name */
    expect("byte 11", "a task is 0, but must be below 0");
    start();
    PUT("\x41\x01\x00\x01");
    expect("byte 11", "a call site is 1, but must be below 1");
    start();
    PUT("\x21");
    put_number(UINT64_C(1) << 32);
    expect("byte 15", "capabilities is 4294967296");
    start();
    PUT("\x22\x01\x00"); /* free with capabilities */
    expect("byte 10", "a free with capabilities");
}

TEST(time_that_wraps) {
    start();
    PUT("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x01");
    PUT("\x81\x01\x02\x01");
    expect("byte 24", "the time passes 2^64 ns");
}

TEST(records_that_cannot_be) {
    start();
    PUT("\x09");
    expect("byte 10", "no record begins with 0x09");
    start();
    PUT("\x1c");
    expect("byte 10", "no record begins with 0x1c");
    start();
    PUT("\x00");
    expect("byte 10", "never finished; `capheap trace convert --unfinished`");
}

TEST(notes) {
    start();
    PUT("\x0c\x0cpointer_bits\x02"
        "99");
    expect("byte 26", "pointer_bits is \"99\", but must be 16, 32 or 64");
    start();
    PUT("\x0c\x04name\x03"
        "a\nb");
    put_end();
    trace_error_t error;
    trace_reader_t *reader = trace_open_memory("memory", file.data, file.size, &error);
    REQUIRE(reader != NULL);
    CHECK_TEXT(trace_header(reader)->name, "a?b");
    trace_close(reader);
}

TEST(the_end_must_agree) {
    start();
    put_call(TRACE_MALLOC, 1, 10);
    file.calls = 5;
    put_end();
    expect("byte 18", "the end record tells of 5 calls, but 1 came");
    start();
    put_call(TRACE_MALLOC, 1, 10);
    put_end();
    expect_good(1);
    file.data[file.size - 1] ^= 1;
    expect("byte 18", "the checksum is");
    file.data[file.size - 1] ^= 1;
    PUT("x");
    expect("byte 18", "there is more after the end record");
}

static void put_words(const uint32_t *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (unsigned byte = 0; byte < 4; byte++)
            file.data[file.size++] = (unsigned char)(words[i] >> (8 * byte));
    }
}

/* A TRC1 header that would be right for one malloc(10), and two words of a call. */
static void make_trc1(uint32_t calls, uint32_t slots, uint32_t peak, uint32_t last, uint32_t head,
                      uint32_t size) {
    const uint32_t words[] = {0x31435254, calls, slots, peak, 1, 10, 0, last, head, size};
    file.size = 0;
    put_words(words, 10);
}

TEST(trc1) {
    make_trc1(1, 1, 10, 0, 0, 10);
    expect_good(1);
    make_trc1(1, 1, 10, 1, 0, 10);
    expect("byte 32", "the last word of TRC1's header is 1, not 0");
    make_trc1(UINT32_MAX, 1, 10, 0, 0, 10);
    expect("byte 40", "ends where a call that its header tells of is due");
    make_trc1(1, UINT32_MAX, 10, 0, 0 | 0xffffffu << 8, 10);
    expect_good(1); /* a slot of any number, and no memory for those below it */
    make_trc1(1, 1, 10, 0, 0 | 1 << 8, 10);
    expect("byte 40", "slot 1, but the header tells of 1");
    make_trc1(1, 1, 10, 0, 7, 10);
    expect("byte 40", "operation 7, but TRC1 has 0 to 3");
    make_trc1(1, 1, 10, 0, 1, 0);
    expect("byte 40", "free of block 0, which isn't live");
    make_trc1(1, 1, 11, 0, 0, 10);
    expect("byte 40", "the header tells of a peak of 11 bytes in 1 blocks, but the calls make 10");
    make_trc1(0, 1, 10, 0, 0, 10);
    expect("byte 32", "there is more after the 0 calls");
    file.size = 20;
    expect("byte 20", "ends where TRC1's header of 32 bytes is due");
}

static void make_mtrace(const char *lines) {
    file.size = 0;
    PUT("= Start\n");
    put(lines, strlen(lines));
}

TEST(mtrace) {
    make_mtrace("+ 0x10 0x20\n+ 0x10 0x20\n");
    expect("line 3", "malloc gives out block 16, which is live already");
    make_mtrace("+ 0x10 0x20");
    expect("line 2", "ends where the end of the line is due");
    make_mtrace("garbage\n");
    expect("line 2", "this is no line of an mtrace log");
    make_mtrace("@ x + 0x10 0x20 0x30\n");
    expect("line 2", "this is no line of an mtrace log");
    make_mtrace("@ x + 0x11223344556677889 0x20\n");
    expect("line 2", "this is no line of an mtrace log");
    make_mtrace("+ 0x10 0x20\n> 0x20 0x30\n");
    expect("line 3", "a line with '>' without one with '<'");
    make_mtrace("+ 0x10 0x20\n< 0x10\n= End\n");
    expect("line 4", "after a line with '<' one with '>' is due");
    make_mtrace("+ 0x10 0x20\n< 0x10\n> 0x30 0\n");
    expect("line 4", "to 0 bytes, which is to be written as free");
    make_mtrace("+ 0x10 0x20\n");
    file.data[10] = 0;
    expect("line 2", "a zero byte");
    make_mtrace("@ ");
    memset(file.data + file.size, 'x', 10000);
    file.size += 10000;
    expect("line 2", "the line is too long");
}

TEST_MAIN(samples_are_good, no_trace, version, cut_off_anywhere, blocks_that_cannot_be,
          absurd_numbers, unknown_names, time_that_wraps, records_that_cannot_be, notes,
          the_end_must_agree, trc1, mtrace)
