/* SPDX-License-Identifier: MIT */
/* CCOUNT counts cycles, CCOMPARE0 raises interrupt 6 of level 1. Xtensa Instruction Set
 * Architecture Reference Manual, "Timer Interrupt Option"; the number: QEMU
 * target/xtensa/core-lx106/core-isa.h. */
#include "target.h"

#define TIMER_INTERRUPT (1u << 6)

void target_timer_interrupt(void);

static void (*tick)(void);

static void enable(uint32_t mask) {
    __asm__ volatile("wsr %0, intenable\nrsync" ::"r"(mask) : "memory");
}

/* To set CCOMPARE0 takes the request back. */
static void compare(uint32_t cycles) {
    uint32_t now;
    __asm__ volatile("rsr %0, ccount" : "=r"(now));
    __asm__ volatile("wsr %0, ccompare0\nrsync" ::"r"(now + cycles) : "memory");
}

void target_timer_interrupt(void) {
    enable(0);
    tick();
}

void target_timer_start(void (*function)(void)) {
    tick = function;
}

void target_timer_next(uint32_t microseconds) {
    compare(microseconds * TARGET_MHZ);
    enable(TIMER_INTERRUPT);
}

void target_timer_stop(void) {
    enable(0);
}
