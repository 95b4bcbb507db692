/* SPDX-License-Identifier: MIT */
/* Traces as files: those that can't be read or written, damaged packing, nothing left half done. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"
#include "trace_check.h"
#include "trace_copy.h"

static char folder[64];

static bool make_folder(void) {
    strcpy(folder, "/tmp/capheap-files-XXXXXX");
    return mkdtemp(folder) != NULL;
}

/* The folder must be empty by now: nothing temporary was left. */
static void remove_folder(void) {
    CHECK_EQ(rmdir(folder), 0);
}

static const char *in_folder(const char *name) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *path, const void *data, size_t size) {
    FILE *file = fopen(path, "wb");
    REQUIRE(file != NULL);
    CHECK_EQ(fwrite(data, 1, size, file), size);
    fclose(file);
}

static void expect_error(const char *path, const char *what) {
    trace_checked_t checked = trace_check_file(path);
    CHECK_TEXT(checked.broken, NULL);
    CHECK(!checked.complete);
    bool good = strncmp(checked.error.text, path, strlen(path)) == 0 &&
                strstr(checked.error.text, what) != NULL;
    if (!good)
        printf("  \"%s\" has no \"%s\"\n", checked.error.text, what);
    CHECK(good);
}

TEST(not_readable) {
    REQUIRE(make_folder());
    expect_error(in_folder("missing"), "can't be opened: No such file");
    expect_error(folder, "is a folder");
    remove_folder();
}

TEST(damaged_packing) {
    unsigned char packed[200000];
    FILE *file = fopen("traces/lua.trc.xz", "rb");
    REQUIRE(file != NULL);
    size_t size = fread(packed, 1, sizeof packed, file);
    fclose(file);
    REQUIRE(make_folder());
    const char *path = in_folder("x.trc.xz");
    write_file(path, packed, size / 2);
    expect_error(path, "xz can't unpack it: the file is damaged or cut off");
    packed[size / 2] ^= 0x10;
    write_file(path, packed, size);
    expect_error(path, "byte "); /* damage shows in the calls or at the end, whichever is first */
    write_file(path, "\x1f\x8b garbage", 10);
    expect_error(path, "gzip can't unpack it");
    unlink(path);
    remove_folder();
}

TEST(unpacking_program_missing) {
    char *path = strdup(getenv("PATH"));
    setenv("PATH", "/nonexistent", 1);
    expect_error("traces/lua.trc.xz", "apt-get install xz-utils");
    setenv("PATH", path, 1);
    free(path);
}

/* Closing early neither hangs nor leaves a process. */
TEST(closed_early) {
    trace_error_t error;
    trace_call_t call;
    for (unsigned i = 0; i < 20; i++) {
        trace_reader_t *reader = trace_open("traces/s_mix.trc.xz", &error);
        REQUIRE(reader != NULL);
        CHECK_EQ(trace_next(reader, &call, &error), TRACE_CALL);
        trace_close(reader);
    }
    trace_close(NULL);
}

static bool copy_to(const char *path, trace_format_t format, trace_error_t *error) {
    trace_reader_t *reader = trace_open("traces/tls.trc.xz", error);
    bool good = reader != NULL && trace_copy(reader, path, format, trace_header(reader), error);
    trace_close(reader);
    return good;
}

TEST(not_writable) {
    trace_error_t error;
    CHECK(!copy_to("/nonexistent/x.trace", TRACE_FORMAT_CAPHEAP, &error));
    CHECK(strstr(error.text, "/nonexistent/x.trace: can't be written: No such file") != NULL);
    CHECK(!copy_to("/dev/full", TRACE_FORMAT_CAPHEAP, &error));
    CHECK(strstr(error.text, "/dev/full: can't be written: No space left") != NULL);
    CHECK(!copy_to("/dev/null", TRACE_FORMAT_MTRACE, &error));
    CHECK(strstr(error.text, "doesn't write mtrace") != NULL);
}

/* A trace that can't be read to its end leaves the old file as it was. */
TEST(all_or_nothing) {
    trace_error_t error;
    size_t size;
    unsigned char *sample = trace_sample_native(&size);
    REQUIRE(make_folder());
    const char *path = in_folder("x.trace");
    write_file(path, "old", 3);
    trace_reader_t *reader = trace_open_memory("cut", sample, size - 1, &error);
    CHECK(!trace_copy(reader, path, TRACE_FORMAT_CAPHEAP, trace_header(reader), &error));
    trace_close(reader);
    struct stat status;
    CHECK_EQ(stat(path, &status), 0);
    CHECK_EQ(status.st_size, 3);
    reader = trace_open_memory("whole", sample, size, &error);
    CHECK(trace_copy(reader, path, TRACE_FORMAT_CAPHEAP, trace_header(reader), &error));
    trace_close(reader);
    CHECK(trace_check_file(path).complete);
    free(sample);
    unlink(path);
    remove_folder();
}

static void expect_refusal(trace_format_t format, const trace_call_t *call, const char *what) {
    trace_error_t error = {{0}};
    trace_header_t header = {.name = "", .origin = ""};
    trace_writer_t *writer = trace_create("/dev/null", format, &header, &error);
    REQUIRE(writer != NULL);
    CHECK(!trace_write(writer, call, &error));
    if (!CHECK(strstr(error.text, what) != NULL))
        printf("  %s\n", error.text);
    trace_abandon(writer);
}

TEST(calls_that_do_not_fit) {
    expect_refusal(TRACE_FORMAT_TRC1,
                   &(trace_call_t){.op = TRACE_MALLOC, .size = UINT64_C(1) << 32},
                   "TRC1 holds neither 4294967296 bytes");
    expect_refusal(TRACE_FORMAT_TRC1,
                   &(trace_call_t){.op = TRACE_ALIGNED, .size = 1, .alignment = UINT64_C(1) << 32},
                   "TRC1 holds neither");
    expect_refusal(TRACE_FORMAT_TRC1, &(trace_call_t){.op = TRACE_FREE, .block = 3},
                   "free of block 3 doesn't fit the calls before");
    expect_refusal(TRACE_FORMAT_CAPHEAP, &(trace_call_t){.op = TRACE_MALLOC, .size = 1, .site = 4},
                   "unknown site or task");
    expect_refusal(TRACE_FORMAT_CAPHEAP, &(trace_call_t){.op = TRACE_MALLOC, .size = 1, .task = 1},
                   "unknown site or task");
}

/* Names come back; too long ones are cut, control characters shown. */
TEST(names) {
    trace_error_t error;
    trace_header_t header = {.name = "a\tb", .origin = "here", .pointer_bits = 32, .timed = true};
    char *longer = malloc(TRACE_MAX_NAME + 100);
    memset(longer, 'n', TRACE_MAX_NAME + 99);
    longer[TRACE_MAX_NAME + 99] = '\0';
    REQUIRE(make_folder());
    const char *path = in_folder("n.trace");
    trace_writer_t *writer = trace_create(path, TRACE_FORMAT_CAPHEAP, &header, &error);
    REQUIRE(writer != NULL);
    CHECK_EQ(trace_writer_site(writer, "?", &error), 0);
    CHECK_EQ(trace_writer_site(writer, "main+1\n", &error), 1);
    CHECK_EQ(trace_writer_site(writer, longer, &error), 2);
    CHECK_EQ(trace_writer_site(writer, longer, &error), 2);
    CHECK_EQ(trace_writer_task(writer, "t", &error), 0);
    CHECK_EQ(trace_writer_task(writer, "u", &error), 1);
    trace_call_t call = {.op = TRACE_MALLOC, .size = 8, .site = 2, .task = 1, .time = 5};
    CHECK(trace_write(writer, &call, &error));
    call.time = 4;
    CHECK(!trace_write(writer, &call, &error)); /* back in time */
    CHECK(trace_finish(writer, &error));

    trace_reader_t *reader = trace_open(path, &error);
    REQUIRE(reader != NULL);
    CHECK_TEXT(trace_header(reader)->name, "a?b");
    CHECK_EQ(trace_header(reader)->pointer_bits, 32);
    CHECK(trace_header(reader)->timed);
    CHECK_EQ(trace_next(reader, &call, &error), TRACE_CALL);
    CHECK_TEXT(trace_site_name(reader, 1), "main+1?");
    CHECK_EQ(strlen(trace_site_name(reader, call.site)), TRACE_MAX_NAME);
    CHECK_TEXT(trace_task_name(reader, call.task), "u");
    CHECK_TEXT(trace_task_name(reader, 99), "?");
    trace_close(reader);
    free(longer);
    unlink(path);
    remove_folder();
}

TEST_MAIN(not_readable, damaged_packing, unpacking_program_missing, closed_early, not_writable,
          all_or_nothing, calls_that_do_not_fit, names)
