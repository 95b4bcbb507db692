/* SPDX-License-Identifier: MIT */
/*
 * A very small test frame, for a PC and for a bare chip alike.
 *
 *     TEST(adds) { CHECK_EQ(1 + 1, 2); }
 *     TEST_MAIN(adds)
 *
 * A program runs all its cases in order, or those named on its command line, prints a line for
 * each, and returns 1 if one failed, 2 if a name is unknown. Failed checks print file:line and the
 * values; the case goes on. REQUIRE leaves the function (which returns void) when it fails.
 *
 * Nothing of the C library is needed if TEST_PORT_PRINT(text) is defined before this file is
 * included: it prints a string. Start-up code may call main(0, NULL).
 */
#ifndef CAPHEAP_TEST_H
#define CAPHEAP_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef TEST_PORT_PRINT
#include <stdio.h>
#define TEST_PORT_PRINT(text) ((void)(fputs((text), stdout), fflush(stdout)))
#endif

/* How often a test does what it repeats, and which it takes of all sizes, addresses and the like;
 * an odd number. An emulated board does less. */
#ifndef TEST_STEPS
#define TEST_STEPS(count) ((unsigned)(count))
#define TEST_STRIDE       1u
#endif

/* After so many failed checks of one case the rest is counted, not printed. */
#define TEST_PRINTED_FAILURES 8

typedef struct test_case {
    const char *name;
    void (*run)(void);
} test_case_t;

/* What an integer of any type, or a pointer, is besides its bits, so that two can be compared and
 * printed. */
typedef enum test_kind {
    TEST_UNSIGNED,
    TEST_SIGNED,
    TEST_POINTER
} test_kind_t;

/* Called at every check: inlined there, these would take most of the time that a test compiles. */
#define TEST_CALLED __attribute__((noinline, unused)) static

static unsigned test_failures; /* of the case that runs */

static inline unsigned long long test_of_signed(long long value) {
    return (unsigned long long)value;
}

static inline unsigned long long test_of_unsigned(unsigned long long value) {
    return value;
}

static inline unsigned long long test_of_pointer(const volatile void *value) {
    return (uintptr_t)value;
}

/* clang-format off */
#define TEST_SELECT(x, if_signed, if_unsigned, if_pointer)                                         \
    _Generic((x),                                                                                  \
        char: if_signed, signed char: if_signed, short: if_signed,                                 \
        int: if_signed, long: if_signed, long long: if_signed,                                     \
        _Bool: if_unsigned, unsigned char: if_unsigned, unsigned short: if_unsigned,               \
        unsigned: if_unsigned, unsigned long: if_unsigned, unsigned long long: if_unsigned,        \
        default: if_pointer)
/* clang-format on */
#define TEST_BITS(x) TEST_SELECT(x, test_of_signed, test_of_unsigned, test_of_pointer)(x)
#define TEST_KIND(x) TEST_SELECT(x, TEST_SIGNED, TEST_UNSIGNED, TEST_POINTER)

static inline void test_print_decimal(unsigned long long value) {
    /* No division: some chips' libgcc lacks it. */
    static const unsigned long long powers[] = {
        10000000000000000000ull,
        1000000000000000000ull,
        100000000000000000ull,
        10000000000000000ull,
        1000000000000000ull,
        100000000000000ull,
        10000000000000ull,
        1000000000000ull,
        100000000000ull,
        10000000000ull,
        1000000000ull,
        100000000ull,
        10000000ull,
        1000000ull,
        100000ull,
        10000ull,
        1000ull,
        100ull,
        10ull,
        1ull,
    };
    char text[sizeof(powers) / sizeof(powers[0]) + 1];
    size_t length = 0;
    for (size_t i = 0; i < sizeof(powers) / sizeof(powers[0]); i++) {
        char digit = '0';
        for (; value >= powers[i]; value -= powers[i])
            digit++;
        if (digit != '0' || length > 0 || powers[i] == 1)
            text[length++] = digit;
    }
    text[length] = '\0';
    TEST_PORT_PRINT(text);
}

static inline void test_print_hex(unsigned long long value) {
    char text[sizeof(value) * 2 + 3];
    size_t at = sizeof(text) - 1;
    text[at] = '\0';
    do {
        text[--at] = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value != 0);
    text[--at] = 'x';
    text[--at] = '0';
    TEST_PORT_PRINT(&text[at]);
}

static inline bool test_negative(unsigned long long bits, test_kind_t kind) {
    return kind == TEST_SIGNED && bits >> 63 != 0;
}

static inline void test_print_value(unsigned long long bits, test_kind_t kind) {
    unsigned long long magnitude = test_negative(bits, kind) ? 0 - bits : bits;
    if (test_negative(bits, kind))
        TEST_PORT_PRINT("-");
    if (kind != TEST_POINTER)
        test_print_decimal(magnitude);
    if (kind != TEST_POINTER && magnitude > 255)
        TEST_PORT_PRINT(" = ");
    if (kind == TEST_POINTER || magnitude > 255)
        test_print_hex(magnitude);
}

/* Count a failed check; true if it is to be printed, and then file and line already are. */
static inline bool test_failed(const char *file, int line) {
    test_failures++;
    if (test_failures > TEST_PRINTED_FAILURES)
        return false;
    TEST_PORT_PRINT("  ");
    TEST_PORT_PRINT(file);
    TEST_PORT_PRINT(":");
    test_print_decimal((unsigned long long)line);
    TEST_PORT_PRINT(": ");
    return true;
}

TEST_CALLED bool test_check(bool good, const char *text, const char *file, int line) {
    if (!good && test_failed(file, line)) {
        TEST_PORT_PRINT("does not hold: ");
        TEST_PORT_PRINT(text);
        TEST_PORT_PRINT("\n");
    }
    return good;
}

TEST_CALLED bool test_check_equal(unsigned long long a, test_kind_t kind_a, unsigned long long b,
                                  test_kind_t kind_b, const char *text_a, const char *text_b,
                                  const char *file, int line) {
    bool good = a == b && test_negative(a, kind_a) == test_negative(b, kind_b);
    if (!good && test_failed(file, line)) {
        TEST_PORT_PRINT(text_a);
        TEST_PORT_PRINT(" is ");
        test_print_value(a, kind_a);
        TEST_PORT_PRINT(", not ");
        TEST_PORT_PRINT(text_b);
        TEST_PORT_PRINT(" = ");
        test_print_value(b, kind_b);
        TEST_PORT_PRINT("\n");
    }
    return good;
}

static inline bool test_same_text(const char *a, const char *b) {
    if (a == NULL || b == NULL)
        return a == b;
    for (; *a != '\0' && *a == *b; a++)
        b++;
    return *a == *b;
}

TEST_CALLED bool test_check_text(const char *a, const char *b, const char *file, int line) {
    bool good = test_same_text(a, b);
    if (!good && test_failed(file, line)) {
        TEST_PORT_PRINT("\"");
        TEST_PORT_PRINT(a != NULL ? a : "(null)");
        TEST_PORT_PRINT("\" is not \"");
        TEST_PORT_PRINT(b != NULL ? b : "(null)");
        TEST_PORT_PRINT("\"\n");
    }
    return good;
}

/* Each yields whether it held. Arguments are evaluated once. */
#define CHECK(condition) test_check((condition), #condition, __FILE__, __LINE__)
#define CHECK_EQ(a, b)                                                                             \
    test_check_equal(TEST_BITS(a), TEST_KIND(a), TEST_BITS(b), TEST_KIND(b), #a, #b, __FILE__,     \
                     __LINE__)
#define CHECK_TEXT(a, b) test_check_text((a), (b), __FILE__, __LINE__)

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!CHECK(condition))                                                                     \
            return;                                                                                \
    } while (0)

/* A case is an array of one, so that its name alone is a pointer in TEST_MAIN's list; a case that
 * is not listed there is an unused variable, which the compiler reports. */
#define TEST(name)                                                                                 \
    static void test_run_##name(void);                                                             \
    static const test_case_t name[1] = {{#name, test_run_##name}};                                 \
    static void test_run_##name(void)

static inline bool test_run(const test_case_t *test) {
    test_failures = 0;
    test->run();
    TEST_PORT_PRINT(test_failures == 0 ? "ok   " : "FAIL ");
    TEST_PORT_PRINT(test->name);
    if (test_failures > 0) {
        TEST_PORT_PRINT(", failed checks: ");
        test_print_decimal(test_failures);
    }
    TEST_PORT_PRINT("\n");
    return test_failures == 0;
}

static inline int test_run_named(const test_case_t *const *cases, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (test_same_text(cases[i]->name, name))
            return test_run(cases[i]) ? 0 : 1;
    }
    TEST_PORT_PRINT("no such case: ");
    TEST_PORT_PRINT(name);
    TEST_PORT_PRINT("\n");
    return 2;
}

static inline int test_main(int argc, char **argv, const test_case_t *const *cases, size_t count) {
    int status = 0;
    for (int i = 1; i < argc; i++) {
        int result = test_run_named(cases, count, argv[i]);
        status = result > status ? result : status;
    }
    for (size_t i = 0; argc <= 1 && i < count; i++) {
        if (!test_run(cases[i]))
            status = 1;
    }
    return status;
}

#define TEST_MAIN(...)                                                                             \
    int main(int argc, char **argv) {                                                              \
        static const test_case_t *const cases[] = {__VA_ARGS__};                                   \
        return test_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));                     \
    }

#endif
