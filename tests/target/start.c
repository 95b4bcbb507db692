/* SPDX-License-Identifier: MIT */
/* From the reset code, which has set the stack pointer, to main(): the same on every board. */
#include <string.h>

#include "target.h"

extern char target_data_start[], target_data_end[], target_data_source[]; /* from sections.ld */
extern char target_bss_start[], target_bss_end[];

int main(int argc, char **argv);
_Noreturn void target_start(void);

/* picolibc's errno is in thread-local storage where the compiler has such: there is one thread. */
extern char target_tls[];
__attribute__((weak)) void _set_tls(void *tls);

void target_start(void) {
    memcpy(target_data_start, target_data_source, (size_t)(target_data_end - target_data_start));
    memset(target_bss_start, 0, (size_t)(target_bss_end - target_bss_start));
    if (_set_tls != NULL)
        _set_tls(target_tls);
    char name[] = TARGET_NAME;
    char *arguments[] = {name, NULL};
    target_exit(main(1, arguments));
}
