/* SPDX-License-Identifier: MIT */
#ifndef ZEPHYR_INIT_H
#define ZEPHYR_INIT_H

/* Run before main, in place of the levels that Zephyr has. */
#define SYS_INIT(function, level, priority)                                                        \
    __attribute__((constructor)) static void function##_##level(void) {                            \
        (void)function();                                                                          \
    }

#endif
