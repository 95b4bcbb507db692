/* SPDX-License-Identifier: MIT */
int consumer(void);

#define main consumer
#include "../../main.c"
#undef main

void app_main(void);

void app_main(void) {
    (void)consumer();
}
