/* SPDX-License-Identifier: MIT */
/* What is written is what was read: every trace of traces/, in both formats, packed and not. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"
#include "trace_check.h"
#include "trace_copy.h"

#define FOLDER "traces"

static char scratch[] = "/tmp/capheap-roundtrip-XXXXXX";

static bool is_trace(const char *name) {
    return strstr(name, ".trc") != NULL || strstr(name, ".trace") != NULL;
}

static void copy_file(const char *from, const char *to, trace_format_t format) {
    trace_error_t error;
    trace_reader_t *reader = trace_open(from, &error);
    bool good = reader != NULL && trace_copy(reader, to, format, trace_header(reader), &error);
    if (!good)
        printf("%s\n", error.text);
    CHECK(good);
    trace_close(reader);
}

/* The same calls, names included? */
static void compare(const char *a, const char *b) {
    trace_checked_t first = trace_check_file(a);
    trace_checked_t second = trace_check_file(b);
    CHECK(first.complete && second.complete);
    CHECK_TEXT(first.broken, NULL);
    CHECK_TEXT(second.broken, NULL);
    CHECK_EQ(first.calls, second.calls);
    CHECK_EQ(first.hash, second.hash);
}

/* The calls of a reader that TRC1 can hold, as it holds them. */
static trace_result_t next_for_trc1(trace_reader_t *reader, trace_call_t *call,
                                    trace_error_t *error) {
    trace_result_t result;
    do {
        result = trace_next(reader, call, error);
    } while (result == TRACE_CALL && call->op > TRACE_CALLOC);
    if (call->op == TRACE_CALLOC)
        call->op = TRACE_MALLOC;
    if (call->op != TRACE_FREE && call->size == 0)
        call->size = 1;
    return result;
}

static bool same_for_trc1(const trace_call_t *a, const trace_call_t *b) {
    return a->op == b->op && a->block == b->block && a->size == b->size &&
           a->alignment == b->alignment;
}

static void compare_trc1(const char *path, const char *trc1) {
    trace_error_t error;
    trace_reader_t *a = trace_open(path, &error);
    trace_reader_t *b = trace_open(trc1, &error);
    trace_call_t call_a = {0};
    trace_call_t call_b = {0};
    trace_result_t result_a;
    trace_result_t result_b;
    uint64_t different = 0;
    CHECK(a != NULL && b != NULL);
    do {
        result_a = a == NULL ? TRACE_ERROR : next_for_trc1(a, &call_a, &error);
        result_b = b == NULL ? TRACE_ERROR : next_for_trc1(b, &call_b, &error);
        if (result_a == TRACE_CALL && result_b == TRACE_CALL)
            different += !same_for_trc1(&call_a, &call_b);
    } while (result_a == TRACE_CALL && result_b == TRACE_CALL);
    CHECK_EQ(result_a, TRACE_END);
    CHECK_EQ(result_b, TRACE_END);
    CHECK_EQ(different, 0);
    trace_close(a);
    trace_close(b);
}

static void scratch_path(char *out, size_t size, const char *name) {
    snprintf(out, size, "%s/%s", scratch, name);
}

static void round_trip(const char *path) {
    char native[64];
    char trc1[64];
    char again[64];
    scratch_path(native, sizeof native, "a.trace");
    scratch_path(trc1, sizeof trc1, "a.trc");
    scratch_path(again, sizeof again, "b.trace");
    copy_file(path, native, TRACE_FORMAT_CAPHEAP);
    compare(path, native);
    copy_file(native, trc1, TRACE_FORMAT_TRC1);
    compare_trc1(path, trc1);
    copy_file(trc1, again, TRACE_FORMAT_CAPHEAP);
    compare(trc1, again);
    unlink(native);
    unlink(trc1);
    unlink(again);
}

TEST(every_trace_both_ways) {
    DIR *folder = opendir(FOLDER);
    unsigned count = 0;
    REQUIRE(mkdtemp(scratch) != NULL);
    REQUIRE(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (is_trace(entry->d_name)) {
            char path[512];
            snprintf(path, sizeof path, FOLDER "/%s", entry->d_name);
            unsigned before = test_failures;
            round_trip(path);
            if (test_failures > before)
                printf("  in %s\n", path);
            count++;
        }
    }
    closedir(folder);
    CHECK(count >= 7);
    rmdir(scratch);
}

/* TRC1 to our format and back gives the very bytes: the files use slots as our writer does. */
TEST(trc1_bytes_come_back) {
    char command[512];
    strcpy(scratch, "/tmp/capheap-roundtrip-XXXXXX");
    REQUIRE(mkdtemp(scratch) != NULL);
    char native[64];
    char trc1[64];
    scratch_path(native, sizeof native, "a.trace");
    scratch_path(trc1, sizeof trc1, "a.trc");
    copy_file(FOLDER "/tls.trc.xz", native, TRACE_FORMAT_CAPHEAP);
    copy_file(native, trc1, TRACE_FORMAT_TRC1);
    snprintf(command, sizeof command, "xz -dc " FOLDER "/tls.trc.xz | cmp -s - %s", trc1);
    CHECK_EQ(system(command), 0);
    unlink(native);
    unlink(trc1);
    rmdir(scratch);
}

TEST(packed) {
    static const char *const endings[] = {".xz", ".gz", ".zst"};
    static const char *const programs[] = {"xz", "gzip", "zstd"};
    strcpy(scratch, "/tmp/capheap-roundtrip-XXXXXX");
    REQUIRE(mkdtemp(scratch) != NULL);
    for (unsigned i = 0; i < 3; i++) {
        char path[64];
        char command[128];
        snprintf(command, sizeof command, "command -v %s >/dev/null", programs[i]);
        if (system(command) != 0)
            continue; /* xz is always there: traces/ needs it */
        snprintf(path, sizeof path, "%s/a.trace%s", scratch, endings[i]);
        copy_file(FOLDER "/lua.trc.xz", path, TRACE_FORMAT_CAPHEAP);
        compare(FOLDER "/lua.trc.xz", path);
        snprintf(command, sizeof command, "%s -tq %s", programs[i], path);
        CHECK_EQ(system(command), 0);
        unlink(path);
    }
    rmdir(scratch);
}

TEST(progress_reaches_the_end) {
    trace_error_t error;
    trace_call_t call;
    double last = 0;
    trace_reader_t *reader = trace_open(FOLDER "/sqlite.trc.xz", &error);
    REQUIRE(reader != NULL);
    while (trace_next(reader, &call, &error) == TRACE_CALL) {
        double now = trace_progress(reader);
        CHECK(now >= last - 1e-9 && now <= 1); /* i386 rounds a result late */
        last = now;
    }
    CHECK(last > 0.99);
    trace_close(reader);
}

TEST_MAIN(every_trace_both_ways, trc1_bytes_come_back, packed, progress_reaches_the_end)
