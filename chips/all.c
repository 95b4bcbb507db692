/* SPDX-License-Identifier: MIT */
/* The list of all tables. Apart from them, so that a firmware which names its chip links that one
 * alone. */
#include "capheap/chips.h"

const capheap_chip_t *const capheap_chips[] = {
    &capheap_chip_esp32,
    &capheap_chip_esp32_one_core,
    &capheap_chip_esp32_one_core_iram8,
    &capheap_chip_esp32c2,
    &capheap_chip_esp32c2_memprot,
    &capheap_chip_esp32c3,
    &capheap_chip_esp32c3_memprot,
    &capheap_chip_esp32c5,
    &capheap_chip_esp32c5_memprot,
    &capheap_chip_esp32c6,
    &capheap_chip_esp32c6_memprot,
    &capheap_chip_esp32c61,
    &capheap_chip_esp32c61_memprot,
    &capheap_chip_esp32h2,
    &capheap_chip_esp32h2_memprot,
    &capheap_chip_esp32h21,
    &capheap_chip_esp32h21_memprot,
    &capheap_chip_esp32h4,
    &capheap_chip_esp32h4_memprot,
    &capheap_chip_esp32h4_one_core,
    &capheap_chip_esp32p4,
    &capheap_chip_esp32p4_l2cache256,
    &capheap_chip_esp32p4_l2cache512,
    &capheap_chip_esp32p4_memprot,
    &capheap_chip_esp32p4_rev1,
    &capheap_chip_esp32p4_rev1_l2cache256,
    &capheap_chip_esp32p4_rev1_l2cache512,
    &capheap_chip_esp32p4_rev1_memprot,
    &capheap_chip_esp32s2,
    &capheap_chip_esp32s2_cache24,
    &capheap_chip_esp32s2_cache32,
    &capheap_chip_esp32s2_dcache0,
    &capheap_chip_esp32s2_dcache0_icache16,
    &capheap_chip_esp32s2_memprot,
    &capheap_chip_esp32s3,
    &capheap_chip_esp32s3_dcache16,
    &capheap_chip_esp32s3_dcache16_icache32,
    &capheap_chip_esp32s3_dcache64,
    &capheap_chip_esp32s3_dcache64_icache32,
    &capheap_chip_esp32s3_icache32,
    &capheap_chip_esp32s3_memprot,
    &capheap_chip_esp32s31,
    &capheap_chip_esp32s31_memprot,
    &capheap_chip_esp8266,
    &capheap_chip_esp8266_rtos,
    &capheap_chip_host,
    &capheap_chip_imxrt1062,
    &capheap_chip_microbit,
    &capheap_chip_mps2_an385,
    &capheap_chip_mps2_an386,
    &capheap_chip_mps2_an500,
    &capheap_chip_mps2_an505,
    &capheap_chip_mps2_an521,
    &capheap_chip_mps3_an547,
    &capheap_chip_nrf52840,
    &capheap_chip_nrf5340,
    &capheap_chip_nrf5340_network,
    &capheap_chip_qemu_lx106,
    &capheap_chip_qemu_sifive_u,
    &capheap_chip_qemu_virt,
    &capheap_chip_rp2040,
    &capheap_chip_rp2350,
    &capheap_chip_samv71,
    &capheap_chip_samv71_tcm,
    &capheap_chip_stm32f407,
    &capheap_chip_stm32h743,
    &capheap_chip_stm32u585,
    &capheap_chip_teensy41,
    NULL,
};

static int same_name(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

const capheap_chip_t *capheap_chip_find(const char *name) {
    for (size_t i = 0; name != NULL && capheap_chips[i] != NULL; i++) {
        if (same_name(name, capheap_chips[i]->name)) {
            return capheap_chips[i];
        }
    }
    return NULL;
}
