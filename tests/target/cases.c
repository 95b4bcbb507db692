/* SPDX-License-Identifier: MIT */
/* Runs the tests of the host one after the other; property tests with as many steps as a board has
 * time for. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "target.h"

#define STEPS 20000u

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

/* Where the variables of a test are that don't outlast it. */
extern unsigned char target_shared[], target_shared_end[];

static bool run(const program_t *program) {
    char name[40], steps[] = "--steps", count[12];
    char *arguments[] = {name, steps, count, NULL};
    bool random = strncmp(program->name, "property", 8) == 0;
    (void)snprintf(name, sizeof(name), "%s", program->name);
    (void)snprintf(count, sizeof(count), "%u", TEST_STEPS(STEPS));
    memset(target_shared, 0, (size_t)(target_shared_end - target_shared));
    target_print("--- ");
    target_print(name);
    target_print("\n");
    return program->main(random ? 3 : 1, arguments) == 0;
}

int main(void) {
    unsigned failed = 0;
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
        failed += !run(&programs[i]);
    target_print(failed == 0 ? "all tests of the host pass\n" : "FAIL\n");
    return failed == 0 ? 0 : 1;
}
