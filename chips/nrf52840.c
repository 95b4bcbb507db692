/* SPDX-License-Identifier: MIT */
/*
 * Nordic nRF52840: one Cortex-M4, 256 KB of RAM, no cache in front of it.
 *
 * - Addresses: Nordic nrfx at aa83d4d, bsp/stable/mdk/nrf52840_xxaa_memory.h; nRF52840 Product
 *   Specification, chapter "Memory". The same RAM has a second address on the code bus, 00800000;
 *   it is left out, since code runs at the first address too.
 * - EasyDMA of every peripheral reaches all of RAM and nothing else (chapter "EasyDMA").
 * - ATOMIC: LDREX and STREX with the core's own monitor (Armv7-M ARM, A3.4).
 * - Masters: peripherals with EasyDMA (nrfx, bsp/stable/mdk/nrf52840_peripherals.h,
 *   _EASYDMA_MAXCNT_SIZE; CCM, ECB and AAR, which share one master, as nRF52811's Product
 *   Specification lists them, chapter "AHB multilayer"); each reaches RAM by its address from
 *   20000000, and neither flash nor the code bus (nrfx, drivers/nrfx_common.h, nrfx_is_in_ram;
 *   drivers/include/nrfx_spim.h).
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { RAM };

static const capheap_type_t types[] = {
    [RAM] = {"RAM", {BIT8 | DEFAULT, DMA | WORDS, EXEC}, 0, 0},
};

static const capheap_memory_t memories[] = {
    {0x20000000, KIB(256), RAM, 0, 0, 0},
};

/* Round figures of our own for a program with Bluetooth. */
static const capheap_range_t usual[] = {
    {0x20000000, 0x20008000, "radio and static data"},
    {0x2003E000, 0x20040000, "stack"},
};

static const char *const masters[] = {
    MASTER(NRF52840, RADIO), MASTER(NRF52840, NFCT), MASTER(NRF52840, SPIM), MASTER(NRF52840, SPIS),
    MASTER(NRF52840, TWIM), MASTER(NRF52840, TWIS), MASTER(NRF52840, UARTE),
    MASTER(NRF52840, SAADC), MASTER(NRF52840, PWM), MASTER(NRF52840, PDM), MASTER(NRF52840, I2S),
    MASTER(NRF52840, USBD), MASTER(NRF52840, QSPI), MASTER(NRF52840, CRYPTO),
};

static const capheap_masters_t reach[] = {
    [RAM] = ALL_OF(masters),
};
/* clang-format on */

const capheap_chip_t capheap_chip_nrf52840 = {
    .name = "nrf52840",
    .title = "Nordic nRF52840",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    USUAL(usual),
};
