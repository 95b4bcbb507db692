/* SPDX-License-Identifier: MIT */
/*
 * PJRC Teensy 4.1: an NXP i.MX RT1062 as its own start-up code shares it out, with room for 16 MB
 * of PSRAM.
 *
 * - Memory: PaulStoffregen/cores at 7f107ee, teensy4/imxrt1062_t41.ld and teensy4/startup.c. All
 *   of FlexRAM is tightly coupled: as many banks of 32 KB as the code needs are ITCM, the rest is
 *   DTCM, from 20000000. Reserve what of the 512 KB is ITCM at the upper end, as the example below
 *   does for one bank.
 * - OCRAM 2 at 20200000, 512 KB, where Teensy's malloc() lives. PSRAM, which is cached, at
 *   70000000.
 * - The start-up code's MPU settings forbid to execute from any of them.
 * - Cache lines: 32 bytes, in front of all but the tightly coupled memories (Arm Cortex-M7 TRM,
 *   5.1).
 * - ATOMIC: LDREX and STREX with the core's own monitor (Armv7-M ARM, A3.4); external memory is
 *   left out.
 * - DMA: eDMA reaches on-chip RAM and DTCM, which serves it last; for PSRAM no document was found,
 *   so it doesn't claim it.
 * - Masters: as for imxrt1062; the sources stand there. Besides, Teensy's own USB code has its
 *   endpoints in DTCM and its buffers in OCRAM (teensy4/usb.c, endpoint_queue_head; usb_midi.c).
 *   Who reaches PSRAM was not found in a document. LCDIF and CSI are left out: the board has no
 *   connector for them.
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { DTCM, OCRAM, PSRAM };

static const capheap_type_t types[] = {
    [DTCM]  = {"DTCM",  {SPM, 0, BIT8 | DEFAULT | DMA | WORDS}, 0, 0},
    [OCRAM] = {"OCRAM", {BIT8 | DEFAULT, DMA | WORDS, 0},       0, 32},
    [PSRAM] = {"PSRAM", {SPIRAM, 0, BIT8 | DEFAULT | BIT32},    0, 32},
};

static const capheap_memory_t memories[] = {
    {0x20000000, KIB(512), DTCM,  0,        0, 0},
    {0x20200000, KIB(512), OCRAM, 0,        0, 0},
    {0x70000000, MIB(16),  PSRAM, EXTERNAL, 0, 0},
};

/* Round figures of our own for a small program; the stack grows down from the last bank of DTCM. */
static const capheap_range_t usual[] = {
    {0x20000000, 0x20006000, "static data"},
    {0x20074000, 0x20078000, "stack"},
    {0x20078000, 0x20080000, "code: one bank is ITCM"},
    {0x20200000, 0x20203000, "DMA buffers"},
};

static const char *const masters[] = {
    MASTER(IMXRT, EDMA), MASTER(IMXRT, USB), MASTER(IMXRT, ENET), MASTER(IMXRT, USDHC),
};

static const capheap_masters_t reach[] = {
    [DTCM]  = ALL_OF(masters),
    [OCRAM] = ALL_OF(masters),
    [PSRAM] = 0,
};
/* clang-format on */

const capheap_chip_t capheap_chip_teensy41 = {
    .name = "teensy41",
    .title = "PJRC Teensy 4.1",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    USUAL(usual),
};
