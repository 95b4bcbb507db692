/* SPDX-License-Identifier: MIT */
/*
 * Raspberry Pi RP2040: two Cortex-M0+ cores, 264 KB of SRAM in six banks.
 *
 * DS is the RP2040 Datasheet, SDK is pico-sdk at a1438dff.
 *
 * - Addresses: SDK src/rp2040/hardware_regs/include/hardware/regs/addressmap.h; DS 2.6.2. Banks 0
 *   to 3 (256 KB) are striped word by word; banks 4 and 5 (4 KB each) stand alone. The same banks
 *   unstriped at 21000000 are another view of the same memory and not listed.
 * - Banks 4 and 5 hold the stacks of core 1 and core 0 in the SDK's layout (SDK
 *   src/rp2_common/pico_crt0/rp2040/memmap_default.ld, SCRATCH_X and SCRATCH_Y). What is left of
 *   them is a quiet place without contention, so ordinary requests get it last.
 * - All of SRAM is reached by the DMA and by both cores, for data and instructions: DS 2.1, 2.6.2.
 * - ATOMIC: Cortex-M0+ has no exclusive access; the SDK's atomic calls take a hardware spinlock
 *   (SDK src/rp2_common/pico_atomic/atomic.c), which serves every memory, for both cores.
 * - The cache's own 16 KB at 15000000 (only while the cache is off) and the USB buffer at 50100000
 *   are left out: DS 2.6.3, 4.1.2.5.
 * - Masters: the DMA's read and write ports reach all banks (DS 2.1). The USB controller has its
 *   own memory.
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { SRAM, SCRATCH };

static const capheap_type_t types[] = {
    [SRAM]    = {"SRAM",    {BIT8 | DEFAULT, DMA | WORDS, EXEC},                0, 0},
    [SCRATCH] = {"scratch", {0, 0, BIT8 | DEFAULT | DMA | WORDS | EXEC},        0, 0},
};

static const capheap_memory_t memories[] = {
    {0x20000000, KIB(256), SRAM,    0, 0, 0},
    {0x20040000, KIB(4),   SCRATCH, 0, 0, 0},
    {0x20041000, KIB(4),   SCRATCH, 0, 0, 0},
};

/* Round figures of our own for a small program; stacks of 2 KB, the SDK's default
 * (PICO_STACK_SIZE). */
static const capheap_range_t usual[] = {
    {0x20000000, 0x20003000, "code and static data"},
    {0x20040800, 0x20041000, "stack, core 1"},
    {0x20041800, 0x20042000, "stack, core 0"},
};

static const char *const masters[] = {MASTER(RP2040, DMA)};

static const capheap_masters_t reach[] = {
    [SRAM]    = CAPHEAP_RP2040_DMA,
    [SCRATCH] = CAPHEAP_RP2040_DMA,
};
/* clang-format on */

const capheap_chip_t capheap_chip_rp2040 = {
    .name = "rp2040",
    .title = "Raspberry Pi RP2040",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    USUAL(usual),
};
