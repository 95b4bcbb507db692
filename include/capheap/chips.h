/* SPDX-License-Identifier: MIT */
/* The chips that capheap knows: one declaration per table of chips/. Sources of all figures stand
 * in the tables. */
#ifndef CAPHEAP_CHIPS_H
#define CAPHEAP_CHIPS_H

#include "capheap/chip.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A chip's table, by its name with '_' for '-'; docs/chips.md shows what is in each. */
extern const capheap_chip_t capheap_chip_esp32;
extern const capheap_chip_t capheap_chip_esp32_one_core;
extern const capheap_chip_t capheap_chip_esp32_one_core_iram8;
extern const capheap_chip_t capheap_chip_esp32c2;
extern const capheap_chip_t capheap_chip_esp32c2_memprot;
extern const capheap_chip_t capheap_chip_esp32c3;
extern const capheap_chip_t capheap_chip_esp32c3_memprot;
extern const capheap_chip_t capheap_chip_esp32c5;
extern const capheap_chip_t capheap_chip_esp32c5_memprot;
extern const capheap_chip_t capheap_chip_esp32c6;
extern const capheap_chip_t capheap_chip_esp32c6_memprot;
extern const capheap_chip_t capheap_chip_esp32c61;
extern const capheap_chip_t capheap_chip_esp32c61_memprot;
extern const capheap_chip_t capheap_chip_esp32h2;
extern const capheap_chip_t capheap_chip_esp32h2_memprot;
extern const capheap_chip_t capheap_chip_esp32h21;
extern const capheap_chip_t capheap_chip_esp32h21_memprot;
extern const capheap_chip_t capheap_chip_esp32h4;
extern const capheap_chip_t capheap_chip_esp32h4_memprot;
extern const capheap_chip_t capheap_chip_esp32h4_one_core;
extern const capheap_chip_t capheap_chip_esp32p4;
extern const capheap_chip_t capheap_chip_esp32p4_l2cache256;
extern const capheap_chip_t capheap_chip_esp32p4_l2cache512;
extern const capheap_chip_t capheap_chip_esp32p4_memprot;
extern const capheap_chip_t capheap_chip_esp32p4_rev1;
extern const capheap_chip_t capheap_chip_esp32p4_rev1_l2cache256;
extern const capheap_chip_t capheap_chip_esp32p4_rev1_l2cache512;
extern const capheap_chip_t capheap_chip_esp32p4_rev1_memprot;
extern const capheap_chip_t capheap_chip_esp32s2;
extern const capheap_chip_t capheap_chip_esp32s2_cache24;
extern const capheap_chip_t capheap_chip_esp32s2_cache32;
extern const capheap_chip_t capheap_chip_esp32s2_dcache0;
extern const capheap_chip_t capheap_chip_esp32s2_dcache0_icache16;
extern const capheap_chip_t capheap_chip_esp32s2_memprot;
extern const capheap_chip_t capheap_chip_esp32s3;
extern const capheap_chip_t capheap_chip_esp32s3_dcache16;
extern const capheap_chip_t capheap_chip_esp32s3_dcache16_icache32;
extern const capheap_chip_t capheap_chip_esp32s3_dcache64;
extern const capheap_chip_t capheap_chip_esp32s3_dcache64_icache32;
extern const capheap_chip_t capheap_chip_esp32s3_icache32;
extern const capheap_chip_t capheap_chip_esp32s3_memprot;
extern const capheap_chip_t capheap_chip_esp32s31;
extern const capheap_chip_t capheap_chip_esp32s31_memprot;
extern const capheap_chip_t capheap_chip_esp8266;
extern const capheap_chip_t capheap_chip_esp8266_rtos;
extern const capheap_chip_t capheap_chip_host;
extern const capheap_chip_t capheap_chip_imxrt1062;
extern const capheap_chip_t capheap_chip_microbit;
extern const capheap_chip_t capheap_chip_mps2_an385;
extern const capheap_chip_t capheap_chip_mps2_an386;
extern const capheap_chip_t capheap_chip_mps2_an500;
extern const capheap_chip_t capheap_chip_mps2_an505;
extern const capheap_chip_t capheap_chip_mps2_an521;
extern const capheap_chip_t capheap_chip_mps3_an547;
extern const capheap_chip_t capheap_chip_nrf52840;
extern const capheap_chip_t capheap_chip_nrf5340;
extern const capheap_chip_t capheap_chip_nrf5340_network;
extern const capheap_chip_t capheap_chip_qemu_lx106;
extern const capheap_chip_t capheap_chip_qemu_sifive_u;
extern const capheap_chip_t capheap_chip_qemu_virt;
extern const capheap_chip_t capheap_chip_rp2040;
extern const capheap_chip_t capheap_chip_rp2350;
extern const capheap_chip_t capheap_chip_samv71;
extern const capheap_chip_t capheap_chip_samv71_tcm;
extern const capheap_chip_t capheap_chip_stm32f407;
extern const capheap_chip_t capheap_chip_stm32h743;
extern const capheap_chip_t capheap_chip_stm32u585;
extern const capheap_chip_t capheap_chip_teensy41;

#ifdef __cplusplus
}
#endif

#endif
