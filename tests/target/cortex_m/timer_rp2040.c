/* SPDX-License-Identifier: MIT */
/* Alarm 0 of the RP2040's timer, which counts microseconds: interrupt 0. RP2040 Datasheet, 4.6
 * "Timer". On a real chip the watchdog's tick must run for it. */
#include "target.h"

#define TIMER(offset) (*(volatile uint32_t *)(0x40054000 + (offset)))
#define ALARM_0       TIMER(0x10)
#define ARMED         TIMER(0x20)
#define NOW           TIMER(0x28)
#define RAISED        TIMER(0x34)
#define ENABLED       TIMER(0x38)
#define NVIC_ENABLE   (*(volatile uint32_t *)0xE000E100)

void target_timer_interrupt(void);

static void (*tick)(void);

void target_timer_interrupt(void) {
    RAISED = 1;
    tick();
}

void target_timer_start(void (*function)(void)) {
    tick = function;
    ENABLED = 1;
    NVIC_ENABLE = 1;
}

/* One more than asked for: a time that is just passing would be reached an hour later. */
void target_timer_next(uint32_t microseconds) {
    ALARM_0 = NOW + microseconds + 1;
}

void target_timer_stop(void) {
    ARMED = 1;
    ENABLED = 0;
}
