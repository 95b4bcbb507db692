/* SPDX-License-Identifier: MIT */
/*
 * Nordic nRF5340: two Cortex-M33, each with RAM of its own; one table for each core.
 *
 * - Addresses: Nordic nrfx at aa83d4d, bsp/stable/mdk/nrf5340_xxaa_application_memory.h and
 *   nrf5340_xxaa_network_memory.h, which count 508 KB of the application core's 512.
 * - The network core reaches the application core's RAM too; what the two share is reserved by the
 *   application and not listed for the network core.
 * - EasyDMA of a core's peripherals reaches that core's RAM (nRF5340 Product Specification,
 *   chapter "EasyDMA"). The application core's cache is in front of flash only (chapter "Cache").
 * - ATOMIC: LDREX and STREX with the core's own monitor (Armv8-M ARM, B9.2).
 * - Masters: the peripherals with EasyDMA (nrfx, bsp/stable/mdk: nrf5340_application_peripherals.h
 *   and nrf5340_network_peripherals.h, *_EASYDMA_MAXCNT_SIZE). PDM, CCM, ECB, AAR and CryptoCell
 *   are not among these and left out. Whether the network core's reach the application core's RAM
 *   was not found.
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { RAM };

static const capheap_type_t types[] = {
    [RAM] = {"RAM", {BIT8 | DEFAULT, DMA | WORDS, EXEC}, 0, 0},
};

static const capheap_memory_t memories[] = {
    {0x20000000, KIB(508), RAM, 0, 0, 0},
};

/* Round figures of our own for a program that shares 64 KB with the network core. */
static const capheap_range_t usual[] = {
    {0x20000000, 0x20006000, "static data"},
    {0x2006D000, 0x2006F000, "stack"},
    {0x2006F000, 0x2007F000, "shared with the network core"},
};

static const char *const masters[] = {
    MASTER(NRF5340, NFCT), MASTER(NRF5340, SPIM), MASTER(NRF5340, SPIS), MASTER(NRF5340, TWIM),
    MASTER(NRF5340, TWIS), MASTER(NRF5340, UARTE), MASTER(NRF5340, SAADC), MASTER(NRF5340, PWM),
    MASTER(NRF5340, I2S), MASTER(NRF5340, USBD), MASTER(NRF5340, QSPI),
};

static const capheap_masters_t reach[] = {
    [RAM] = ALL_OF(masters),
};
/* clang-format on */

const capheap_chip_t capheap_chip_nrf5340 = {
    .name = "nrf5340",
    .title = "Nordic nRF5340, application core",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    USUAL(usual),
};

/* clang-format off */
static const capheap_memory_t memories_network[] = {
    {0x21000000, KIB(64), RAM, 0, 0, 0},
};

static const capheap_range_t usual_network[] = {
    {0x21000000, 0x21006000, "radio and static data"},
    {0x2100F000, 0x21010000, "stack"},
};

static const char *const masters_network[] = {
    MASTER(NRF5340NET, RADIO), MASTER(NRF5340NET, SPIM), MASTER(NRF5340NET, SPIS),
    MASTER(NRF5340NET, TWIM), MASTER(NRF5340NET, TWIS), MASTER(NRF5340NET, UARTE),
};

static const capheap_masters_t reach_network[] = {
    [RAM] = ALL_OF(masters_network),
};
/* clang-format on */

const capheap_chip_t capheap_chip_nrf5340_network = {
    .name = "nrf5340-network",
    .title = "Nordic nRF5340, network core",
    TYPES(types),
    MEMORIES(memories_network),
    MASTERS(masters_network, reach_network),
    USUAL(usual_network),
};
