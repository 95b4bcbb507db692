/* SPDX-License-Identifier: MIT */
/*
 * QEMU's RISC-V machines virt and sifive_u.
 *
 * - virt: RAM at 80000000, 128 MB unless told otherwise (QEMU docs/system/riscv/virt.rst and
 *   hw/riscv/virt.c).
 * - sifive_u: 32 MB of L2-LIM, a scratch-pad, at 08000000, and DRAM at 80000000, 128 MB unless
 *   told otherwise (QEMU hw/riscv/sifive_u.c). DRAM is marked as external memory, so that the two
 *   differ.
 * - ATOMIC: both emulate the A extension on all memory.
 * - Masters: sifive_u has a DMA engine and Ethernet (QEMU 7.2, monitor command `info qtree`:
 *   sifive.pdma, cadence_gem); both go by the system's address space, to all memory. virt has no
 *   engine of its own, and what virtio does is the host's.
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { DRAM, LIM };

static const capheap_type_t types_virt[] = {
    [DRAM] = {"DRAM", {BIT8 | DEFAULT, DMA | WORDS, EXEC}, 0, 0},
};

static const capheap_memory_t memories_virt[] = {
    {0x80000000, MIB(128), DRAM, 0, 0, 0},
};

/* Round figures of our own for a test program. */
static const capheap_range_t usual_virt[] = {
    {0x80000000, 0x80200000, "code"},
    {0x80200000, 0x80210000, "static data and stack"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_qemu_virt = {
    .name = "qemu-virt",
    .title = "QEMU RISC-V virt",
    TYPES(types_virt),
    MEMORIES(memories_virt),
    USUAL(usual_virt),
};

/* clang-format off */
static const capheap_type_t types_sifive_u[] = {
    [DRAM] = {"DRAM",   {SPIRAM, 0, BIT8 | DEFAULT | BIT32 | EXEC | ATOMIC},   0, 0},
    [LIM]  = {"L2-LIM", {BIT8 | DEFAULT, DMA | WORDS, EXEC},                   0, 0},
};

static const capheap_memory_t memories_sifive_u[] = {
    {0x08000000, MIB(32),  LIM,  0,        0, 0},
    {0x80000000, MIB(128), DRAM, EXTERNAL, 0, 0},
};

static const capheap_range_t usual_sifive_u[] = {
    {0x08000000, 0x08010000, "static data and stack"},
    {0x80000000, 0x80200000, "code"},
};

static const char *const masters[] = {
    MASTER(FU540, PDMA), MASTER(FU540, GEM),
};

static const capheap_masters_t reach[] = {
    [DRAM] = ALL_OF(masters),
    [LIM]  = ALL_OF(masters),
};
/* clang-format on */

const capheap_chip_t capheap_chip_qemu_sifive_u = {
    .name = "qemu-sifive-u",
    .title = "QEMU RISC-V sifive_u",
    TYPES(types_sifive_u),
    MEMORIES(memories_sifive_u),
    MASTERS(masters, reach),
    USUAL(usual_sifive_u),
};
