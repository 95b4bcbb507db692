/* SPDX-License-Identifier: MIT */
/* What starts app_main here, and spinlocks that count. */
#include <stdlib.h>

#include "freertos/FreeRTOS.h"

void app_main(void);

static unsigned made, entered, left;

void portMUX_INITIALIZE(portMUX_TYPE *spinlock) {
    *spinlock = (portMUX_TYPE){0};
    made++;
}

void portENTER_CRITICAL_SAFE(portMUX_TYPE *spinlock) {
    spinlock->count++;
    entered++;
}

void portEXIT_CRITICAL_SAFE(portMUX_TYPE *spinlock) {
    spinlock->count--;
    left++;
}

int main(void) {
    app_main();
    return made > 0 && entered > 0 && entered == left ? EXIT_SUCCESS : EXIT_FAILURE;
}
