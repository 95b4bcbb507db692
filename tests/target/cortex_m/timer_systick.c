/* SPDX-License-Identifier: MIT */
/* The timer of most Cortex-M: SysTick, clocked by the core. Arm v7-M Architecture Reference Manual,
 * B3.3, "The system timer". */
#include "target.h"

#define CSR        (*(volatile uint32_t *)0xE000E010)
#define RELOAD     (*(volatile uint32_t *)0xE000E014)
#define COUNT      (*(volatile uint32_t *)0xE000E018)
#define ENABLE     1u
#define INTERRUPT  2u
#define CORE_CLOCK 4u

/* Set where interrupts may be masked by level (BASEPRI): SysTick's own priority, the lowest. */
#define PRIORITY_SYSTICK (*(volatile uint32_t *)0xE000ED20)

void target_timer_interrupt(void);

static void (*tick)(void);

void target_timer_interrupt(void) {
    CSR = 0;
    tick();
}

void target_timer_start(void (*function)(void)) {
    tick = function;
    PRIORITY_SYSTICK = 0xFF000000;
}

void target_timer_next(uint32_t microseconds) {
    CSR = 0;
    RELOAD = microseconds * TARGET_MHZ;
    COUNT = 0;
    CSR = ENABLE | INTERRUPT | CORE_CLOCK;
}

void target_timer_stop(void) {
    CSR = 0;
}
