/* SPDX-License-Identifier: MIT */
/* Runs the tests of the host one after the other; property tests with as many steps as a board has
 * time for. */
#include <stdbool.h>
#include <string.h>

#include "target.h"

#ifndef TARGET_STEPS
#define TARGET_STEPS "20000"
#endif

#define CASE(name) int name##_main(int argc, char **argv);
#include "cases.inc"
#undef CASE

typedef struct program {
    const char *name;
    int (*main)(int argc, char **argv);
} program_t;

static const program_t programs[] = {
#define CASE(name) {#name, name##_main},
#include "cases.inc"
#undef CASE
};

int main(void) {
    unsigned failed = 0;
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        char name[40], steps[] = "--steps", count[] = TARGET_STEPS;
        char *arguments[] = {strncpy(name, programs[i].name, sizeof(name) - 1), steps, count, NULL};
        name[sizeof(name) - 1] = '\0';
        bool random = strncmp(name, "property", 8) == 0;
        target_print("--- ");
        target_print(name);
        target_print("\n");
        failed += programs[i].main(random ? 3 : 1, arguments) != 0;
    }
    target_print(failed == 0 ? "all tests of the host pass\n" : "FAIL\n");
    return failed == 0 ? 0 : 1;
}
