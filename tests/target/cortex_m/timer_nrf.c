/* SPDX-License-Identifier: MIT */
/* TIMER0 of an nRF51, whose Cortex-M0 has no SysTick: 16 MHz, interrupt 8. nRF51 Series Reference
 * Manual, chapter "Timer/counter". */
#include "target.h"

#define TIMER(offset) (*(volatile uint32_t *)(0x40008000 + (offset)))
#define TASKS_START   TIMER(0x000)
#define TASKS_STOP    TIMER(0x004)
#define TASKS_CLEAR   TIMER(0x00C)
#define COMPARE_0     TIMER(0x140)
#define INTENSET      TIMER(0x304)
#define MODE          TIMER(0x504)
#define BITMODE       TIMER(0x508)
#define PRESCALER     TIMER(0x510)
#define CC_0          TIMER(0x540)
#define NVIC_ENABLE   (*(volatile uint32_t *)0xE000E100)

#define BITS_32             3u
#define COMPARE_0_INTERRUPT (1u << 16)
#define TIMER0_INTERRUPT    (1u << 8)

void target_timer_interrupt(void);

static void (*tick)(void);

void target_timer_interrupt(void) {
    COMPARE_0 = 0;
    TASKS_STOP = 1;
    tick();
}

void target_timer_start(void (*function)(void)) {
    tick = function;
    MODE = 0;
    BITMODE = BITS_32;
    PRESCALER = 0;
    INTENSET = COMPARE_0_INTERRUPT;
    NVIC_ENABLE = TIMER0_INTERRUPT;
}

void target_timer_next(uint32_t microseconds) {
    TASKS_STOP = 1;
    TASKS_CLEAR = 1;
    CC_0 = microseconds * TARGET_MHZ;
    TASKS_START = 1;
}

void target_timer_stop(void) {
    TASKS_STOP = 1;
}
