/* SPDX-License-Identifier: MIT */
/*
 * Raspberry Pi RP2350: two cores, each an Arm Cortex-M33 or a Hazard3 (RV32IMAC), 520 KB of SRAM
 * in ten banks, PSRAM on the second chip select of the flash's interface.
 *
 * DS is the RP2350 Datasheet, SDK is pico-sdk at a1438dff.
 *
 * - Addresses: SDK src/rp2350/hardware_regs/include/hardware/regs/addressmap.h; DS 4.2. Banks 0 to
 *   3 and 4 to 7 (256 KB each) are striped word by word; banks 8 and 9 (4 KB each) stand alone.
 * - Banks 8 and 9 hold the stacks of core 1 and core 0 in the SDK's layout (SDK
 *   src/rp2_common/pico_crt0/rp2350/memmap_default.ld, SCRATCH_X and SCRATCH_Y). What is left of
 *   them is a quiet place without contention, so ordinary requests get it last.
 * - All of SRAM is reached by the DMA and by both cores, for data and instructions: DS 2.1.
 * - PSRAM on chip select 1: 11000000 to 12000000 (SDK
 *   src/rp2350/hardware_regs/include/hardware/regs/otp_data.h). The DMA reaches it through the
 *   same cache as the cores, so no cache line has to be minded; but a request for DMA alone should
 *   mean internal memory, so the bit is not set.
 * - ATOMIC: exclusive accesses with the monitor that watches SRAM (DS 2.1.6); PSRAM is left out,
 *   since no document says that they work there.
 * - Masters: the DMA's read and write ports reach all ten banks and the XIP ports, PSRAM behind
 *   them (DS 2.1), whose cache is in front of every master alike (DS 4.4.1). The USB controller has
 *   its own memory.
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { SRAM, SCRATCH, PSRAM };

static const capheap_type_t types[] = {
    [SRAM]    = {"SRAM",    {BIT8 | DEFAULT, DMA | WORDS, EXEC},           0, 0},
    [SCRATCH] = {"scratch", {0, 0, BIT8 | DEFAULT | DMA | WORDS | EXEC},   0, 0},
    [PSRAM]   = {"PSRAM",   {SPIRAM, 0, BIT8 | DEFAULT | BIT32},           0, 0},
};

static const capheap_memory_t memories[] = {
    {0x11000000, MIB(16),  PSRAM,   EXTERNAL, 0, 0},
    {0x20000000, KIB(512), SRAM,    0,        0, 0},
    {0x20080000, KIB(4),   SCRATCH, 0,        0, 0},
    {0x20081000, KIB(4),   SCRATCH, 0,        0, 0},
};

/* Round figures of our own for a small program; stacks of 2 KB, the SDK's default
 * (PICO_STACK_SIZE). */
static const capheap_range_t usual[] = {
    {0x20000000, 0x20003000, "code and static data"},
    {0x20080800, 0x20081000, "stack, core 1"},
    {0x20081800, 0x20082000, "stack, core 0"},
};

static const char *const masters[] = {MASTER(RP2350, DMA)};

static const capheap_masters_t reach[] = {
    [SRAM]    = CAPHEAP_RP2350_DMA,
    [SCRATCH] = CAPHEAP_RP2350_DMA,
    [PSRAM]   = CAPHEAP_RP2350_DMA,
};
/* clang-format on */

const capheap_chip_t capheap_chip_rp2350 = {
    .name = "rp2350",
    .title = "Raspberry Pi RP2350",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    USUAL(usual),
};
