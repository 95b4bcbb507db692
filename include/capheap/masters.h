/* SPDX-License-Identifier: MIT */
/*
 * Bus masters by name, one list per family of chips: bits for capheap_request_t.masters. Which
 * memory each of them reaches, and by which document, stands in the tables of chips/; bit i is the
 * chip's masters[i]. A name says the master, not a channel: what DMA1 reaches, all its streams do.
 */
#ifndef CAPHEAP_MASTERS_H
#define CAPHEAP_MASTERS_H

/* ST STM32H743. */
enum {
    CAPHEAP_STM32H7_DMA1 = 1 << 0,
    CAPHEAP_STM32H7_DMA2 = 1 << 1,
    CAPHEAP_STM32H7_BDMA = 1 << 2,
    CAPHEAP_STM32H7_MDMA = 1 << 3,
    CAPHEAP_STM32H7_SDMMC1 = 1 << 4,
    CAPHEAP_STM32H7_SDMMC2 = 1 << 5,
    CAPHEAP_STM32H7_ETH = 1 << 6,
    CAPHEAP_STM32H7_USB1 = 1 << 7, /* USB OTG HS 1 */
    CAPHEAP_STM32H7_USB2 = 1 << 8, /* USB OTG HS 2 */
    CAPHEAP_STM32H7_LTDC = 1 << 9,
    CAPHEAP_STM32H7_DMA2D = 1 << 10,
};

/* ST STM32F407. */
enum {
    CAPHEAP_STM32F4_DMA1 = 1 << 0,
    CAPHEAP_STM32F4_DMA2 = 1 << 1,
    CAPHEAP_STM32F4_ETH = 1 << 2,
    CAPHEAP_STM32F4_USB_HS = 1 << 3,
};

/* Espressif ESP32. */
enum {
    CAPHEAP_ESP32_SPI2 = 1 << 0,
    CAPHEAP_ESP32_SPI3 = 1 << 1,
    CAPHEAP_ESP32_I2S0 = 1 << 2,
    CAPHEAP_ESP32_I2S1 = 1 << 3,
    CAPHEAP_ESP32_SDMMC = 1 << 4,
    CAPHEAP_ESP32_EMAC = 1 << 5,
    CAPHEAP_ESP32_UHCI0 = 1 << 6,
    CAPHEAP_ESP32_UHCI1 = 1 << 7,
};

/* Espressif ESP32-S3: the peripherals that its GDMA serves, and masters of their own. */
enum {
    CAPHEAP_ESP32S3_SPI2 = 1 << 0,
    CAPHEAP_ESP32S3_SPI3 = 1 << 1,
    CAPHEAP_ESP32S3_UHCI0 = 1 << 2,
    CAPHEAP_ESP32S3_I2S0 = 1 << 3,
    CAPHEAP_ESP32S3_I2S1 = 1 << 4,
    CAPHEAP_ESP32S3_LCD_CAM = 1 << 5,
    CAPHEAP_ESP32S3_AES = 1 << 6,
    CAPHEAP_ESP32S3_SHA = 1 << 7,
    CAPHEAP_ESP32S3_ADC = 1 << 8,
    CAPHEAP_ESP32S3_RMT = 1 << 9,
    CAPHEAP_ESP32S3_SDMMC = 1 << 10,
};

/* Espressif ESP32-C3: the peripherals that its GDMA serves. */
enum {
    CAPHEAP_ESP32C3_SPI2 = 1 << 0,
    CAPHEAP_ESP32C3_UHCI0 = 1 << 1,
    CAPHEAP_ESP32C3_I2S0 = 1 << 2,
    CAPHEAP_ESP32C3_AES = 1 << 3,
    CAPHEAP_ESP32C3_SHA = 1 << 4,
    CAPHEAP_ESP32C3_ADC = 1 << 5,
};

/* Raspberry Pi RP2040. Its USB controller has memory of its own and masters no bus. */
enum {
    CAPHEAP_RP2040_DMA = 1 << 0,
};

#endif
