/* SPDX-License-Identifier: MIT */
/* The chips that capheap knows: one declaration per table of chips/. Sources of all figures stand
 * in the tables. */
#ifndef CAPHEAP_CHIPS_H
#define CAPHEAP_CHIPS_H

#include "capheap/chip.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const capheap_chip_t capheap_chip_esp32;            /* ESP32 */
extern const capheap_chip_t capheap_chip_esp32_one_core;   /* ESP32, one core used */
extern const capheap_chip_t capheap_chip_esp32c2;          /* ESP32-C2 */
extern const capheap_chip_t capheap_chip_esp32c2_memprot;  /* ESP32-C2, memory protection on */
extern const capheap_chip_t capheap_chip_esp32c3;          /* ESP32-C3 */
extern const capheap_chip_t capheap_chip_esp32c3_memprot;  /* ESP32-C3, memory protection on */
extern const capheap_chip_t capheap_chip_esp32c5;          /* ESP32-C5 */
extern const capheap_chip_t capheap_chip_esp32c5_memprot;  /* ESP32-C5, memory protection on */
extern const capheap_chip_t capheap_chip_esp32c6;          /* ESP32-C6 */
extern const capheap_chip_t capheap_chip_esp32c6_memprot;  /* ESP32-C6, memory protection on */
extern const capheap_chip_t capheap_chip_esp32c61;         /* ESP32-C61 */
extern const capheap_chip_t capheap_chip_esp32c61_memprot; /* ESP32-C61, memory protection on */
extern const capheap_chip_t capheap_chip_esp32h2;          /* ESP32-H2 */
extern const capheap_chip_t capheap_chip_esp32h2_memprot;  /* ESP32-H2, memory protection on */
extern const capheap_chip_t capheap_chip_esp32h21;         /* ESP32-H21 */
extern const capheap_chip_t capheap_chip_esp32h21_memprot; /* ESP32-H21, memory protection on */
extern const capheap_chip_t capheap_chip_esp32h4;          /* ESP32-H4 */
extern const capheap_chip_t capheap_chip_esp32h4_memprot;  /* ESP32-H4, memory protection on */
extern const capheap_chip_t capheap_chip_esp32h4_one_core; /* ESP32-H4, one core used */
extern const capheap_chip_t capheap_chip_esp32p4;          /* ESP32-P4 */
extern const capheap_chip_t capheap_chip_esp32p4_memprot;  /* ESP32-P4, memory protection on */
extern const capheap_chip_t capheap_chip_esp32p4_rev1;     /* ESP32-P4 below revision 3.0 */
extern const capheap_chip_t capheap_chip_esp32s2;          /* ESP32-S2 */
extern const capheap_chip_t capheap_chip_esp32s2_dcache0;  /* ESP32-S2, no data cache, no PSRAM */
extern const capheap_chip_t capheap_chip_esp32s2_memprot;  /* ESP32-S2, memory protection on */
extern const capheap_chip_t capheap_chip_esp32s3;          /* ESP32-S3 */
extern const capheap_chip_t capheap_chip_esp32s3_dcache16; /* ESP32-S3, data cache of 16 KB */
extern const capheap_chip_t capheap_chip_esp32s3_memprot;  /* ESP32-S3, memory protection on */
extern const capheap_chip_t capheap_chip_esp32s31;         /* ESP32-S31 */
extern const capheap_chip_t capheap_chip_esp32s31_memprot; /* ESP32-S31, memory protection on */
extern const capheap_chip_t capheap_chip_esp8266;          /* ESP8266 */
extern const capheap_chip_t capheap_chip_esp8266_rtos;     /* ESP8266 under the RTOS SDK */
extern const capheap_chip_t capheap_chip_host;             /* A PC: 64 MB, all alike */
extern const capheap_chip_t capheap_chip_imxrt1062;        /* NXP i.MX RT1062 */
extern const capheap_chip_t capheap_chip_microbit;         /* BBC micro:bit, Nordic nRF51822 */
extern const capheap_chip_t capheap_chip_mps2_an385;       /* Arm MPS2 AN385, Cortex-M3 */
extern const capheap_chip_t capheap_chip_mps2_an386;       /* Arm MPS2 AN386, Cortex-M4 */
extern const capheap_chip_t capheap_chip_mps2_an500;       /* Arm MPS2 AN500, Cortex-M7 */
extern const capheap_chip_t capheap_chip_mps2_an505;       /* Arm MPS2+ AN505, Cortex-M33 */
extern const capheap_chip_t capheap_chip_mps2_an521;       /* Arm MPS2+ AN521, two Cortex-M33 */
extern const capheap_chip_t capheap_chip_mps3_an547;       /* Arm MPS3 AN547, Cortex-M55 */
extern const capheap_chip_t capheap_chip_nrf52840;         /* Nordic nRF52840 */
extern const capheap_chip_t capheap_chip_nrf5340;          /* Nordic nRF5340, application core */
extern const capheap_chip_t capheap_chip_nrf5340_network;  /* Nordic nRF5340, network core */
extern const capheap_chip_t capheap_chip_qemu_lx106;       /* QEMU Xtensa sim, lx106 */
extern const capheap_chip_t capheap_chip_qemu_sifive_u;    /* QEMU RISC-V sifive_u */
extern const capheap_chip_t capheap_chip_qemu_virt;        /* QEMU RISC-V virt */
extern const capheap_chip_t capheap_chip_rp2040;           /* Raspberry Pi RP2040 */
extern const capheap_chip_t capheap_chip_rp2350;           /* Raspberry Pi RP2350 */
extern const capheap_chip_t capheap_chip_samv71;           /* Microchip SAMV71 */
extern const capheap_chip_t capheap_chip_samv71_tcm; /* Microchip SAMV71, 256 KB tightly coupled */
extern const capheap_chip_t capheap_chip_stm32f407;  /* ST STM32F407 */
extern const capheap_chip_t capheap_chip_stm32h743;  /* ST STM32H743 */
extern const capheap_chip_t capheap_chip_stm32u585;  /* ST STM32U585 */
extern const capheap_chip_t capheap_chip_teensy41;   /* PJRC Teensy 4.1 */

#ifdef __cplusplus
}
#endif

#endif
