/* SPDX-License-Identifier: MIT */
/* The machine timer: mtime and hart 0's mtimecmp in the CLINT at 02000000 (QEMU
 * docs/system/riscv/virt.rst; SiFive FU540-C000 Manual, "CLINT"). */
#include "target.h"

#define CLINT(offset) (*(volatile uint32_t *)(0x02000000 + (offset)))
#define MTIMECMP_LOW  CLINT(0x4000)
#define MTIMECMP_HIGH CLINT(0x4004)
#define MTIME_LOW     CLINT(0xBFF8)
#define MTIME_HIGH    CLINT(0xBFFC)

#define MIE_TIMER   (1u << 7)
#define MSTATUS_MIE (1u << 3)

void target_timer_interrupt(void);

static void (*tick)(void);

static uint64_t now(void) {
    uint32_t high, low;
    do {
        high = MTIME_HIGH;
        low = MTIME_LOW;
    } while (high != MTIME_HIGH);
    return (uint64_t)high << 32 | low;
}

/* In an order that never makes the two halves a time that has passed. */
static void wake_at(uint64_t time) {
    MTIMECMP_HIGH = UINT32_MAX;
    MTIMECMP_LOW = (uint32_t)time;
    MTIMECMP_HIGH = (uint32_t)(time >> 32);
}

void target_timer_interrupt(void) {
    target_timer_stop();
    tick();
}

void target_timer_start(void (*function)(void)) {
    tick = function;
    target_timer_stop();
    __asm__ volatile(".option push\n.option arch, +zicsr\n"
                     "csrs mie, %0\ncsrs mstatus, %1\n.option pop" ::"r"(MIE_TIMER),
                     "r"(MSTATUS_MIE)
                     : "memory");
}

void target_timer_next(uint32_t microseconds) {
    wake_at(now() + microseconds * TARGET_MHZ);
}

void target_timer_stop(void) {
    wake_at(UINT64_MAX);
}
