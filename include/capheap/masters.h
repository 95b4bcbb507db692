/* SPDX-License-Identifier: MIT */
/*
 * Bus masters by name, one list per family of chips: bits for capheap_request_t.masters. Which
 * memory each of them reaches, and by which document, stands in the tables of chips/, and for all
 * chips in docs/chips.md; bit i is the chip's masters[i]. A name says the master, not a channel:
 * what DMA1 reaches, all its streams do.
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

/* ST STM32U585. */
enum {
    CAPHEAP_STM32U5_GPDMA1 = 1 << 0,
    CAPHEAP_STM32U5_LPDMA1 = 1 << 1, /* works on in Stop 2 */
};

/* NXP i.MX RT1062, Teensy 4.1. */
enum {
    CAPHEAP_IMXRT_EDMA = 1 << 0,
    CAPHEAP_IMXRT_USB = 1 << 1, /* both controllers; likewise ENET and USDHC */
    CAPHEAP_IMXRT_ENET = 1 << 2,
    CAPHEAP_IMXRT_USDHC = 1 << 3,
    CAPHEAP_IMXRT_LCDIF = 1 << 4,
    CAPHEAP_IMXRT_CSI = 1 << 5,
};

/* Microchip SAMV71. */
enum {
    CAPHEAP_SAMV71_XDMAC = 1 << 0,
    CAPHEAP_SAMV71_GMAC = 1 << 1,
    CAPHEAP_SAMV71_USBHS = 1 << 2,
    CAPHEAP_SAMV71_MCAN = 1 << 3,
};

/* Nordic nRF52840: what has EasyDMA. A name stands for all instances. */
enum {
    CAPHEAP_NRF52840_RADIO = 1 << 0,
    CAPHEAP_NRF52840_NFCT = 1 << 1,
    CAPHEAP_NRF52840_SPIM = 1 << 2,
    CAPHEAP_NRF52840_SPIS = 1 << 3,
    CAPHEAP_NRF52840_TWIM = 1 << 4,
    CAPHEAP_NRF52840_TWIS = 1 << 5,
    CAPHEAP_NRF52840_UARTE = 1 << 6,
    CAPHEAP_NRF52840_SAADC = 1 << 7,
    CAPHEAP_NRF52840_PWM = 1 << 8,
    CAPHEAP_NRF52840_PDM = 1 << 9,
    CAPHEAP_NRF52840_I2S = 1 << 10,
    CAPHEAP_NRF52840_USBD = 1 << 11,
    CAPHEAP_NRF52840_QSPI = 1 << 12,
    CAPHEAP_NRF52840_CRYPTO = 1 << 13, /* CCM, ECB, AAR */
};

/* Nordic nRF5340, application core. */
enum {
    CAPHEAP_NRF5340_NFCT = 1 << 0,
    CAPHEAP_NRF5340_SPIM = 1 << 1,
    CAPHEAP_NRF5340_SPIS = 1 << 2,
    CAPHEAP_NRF5340_TWIM = 1 << 3,
    CAPHEAP_NRF5340_TWIS = 1 << 4,
    CAPHEAP_NRF5340_UARTE = 1 << 5,
    CAPHEAP_NRF5340_SAADC = 1 << 6,
    CAPHEAP_NRF5340_PWM = 1 << 7,
    CAPHEAP_NRF5340_I2S = 1 << 8,
    CAPHEAP_NRF5340_USBD = 1 << 9,
    CAPHEAP_NRF5340_QSPI = 1 << 10,
};

/* Nordic nRF5340, network core. */
enum {
    CAPHEAP_NRF5340NET_RADIO = 1 << 0,
    CAPHEAP_NRF5340NET_SPIM = 1 << 1,
    CAPHEAP_NRF5340NET_SPIS = 1 << 2,
    CAPHEAP_NRF5340NET_TWIM = 1 << 3,
    CAPHEAP_NRF5340NET_TWIS = 1 << 4,
    CAPHEAP_NRF5340NET_UARTE = 1 << 5,
};

/* Nordic nRF51822. */
enum {
    CAPHEAP_NRF51_RADIO = 1 << 0,
    CAPHEAP_NRF51_SPIS = 1 << 1,
    CAPHEAP_NRF51_CRYPTO = 1 << 2, /* CCM, ECB, AAR */
};

/* Raspberry Pi RP2040. Its USB controller has memory of its own and masters no bus. */
enum {
    CAPHEAP_RP2040_DMA = 1 << 0,
};

/* Raspberry Pi RP2350. Likewise. */
enum {
    CAPHEAP_RP2350_DMA = 1 << 0,
};

/* Espressif ESP8266. */
enum {
    CAPHEAP_ESP8266_I2S = 1 << 0, /* by the DMA that it shares with the SDIO slave (SLC) */
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
    CAPHEAP_ESP32_SDIO = 1 << 8, /* the slave */
};

/* Espressif ESP32-S2. */
enum {
    CAPHEAP_ESP32S2_SPI2 = 1 << 0,
    CAPHEAP_ESP32S2_SPI3 = 1 << 1, /* and ADC and DAC, which share its DMA */
    CAPHEAP_ESP32S2_I2S0 = 1 << 2,
    CAPHEAP_ESP32S2_AES = 1 << 3,
    CAPHEAP_ESP32S2_SHA = 1 << 4,
    CAPHEAP_ESP32S2_CP_DMA = 1 << 5, /* memory to memory */
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
    CAPHEAP_ESP32S3_M2M = 1 << 11, /* GDMA from memory to memory */
};

/* Espressif ESP32-C2: the peripherals that its GDMA serves. */
enum {
    CAPHEAP_ESP32C2_SPI2 = 1 << 0,
    CAPHEAP_ESP32C2_UHCI0 = 1 << 1,
    CAPHEAP_ESP32C2_SHA = 1 << 2,
    CAPHEAP_ESP32C2_ADC = 1 << 3,
    CAPHEAP_ESP32C2_M2M = 1 << 4, /* GDMA from memory to memory */
};

/* Espressif ESP32-C3: likewise. */
enum {
    CAPHEAP_ESP32C3_SPI2 = 1 << 0,
    CAPHEAP_ESP32C3_UHCI0 = 1 << 1,
    CAPHEAP_ESP32C3_I2S0 = 1 << 2,
    CAPHEAP_ESP32C3_AES = 1 << 3,
    CAPHEAP_ESP32C3_SHA = 1 << 4,
    CAPHEAP_ESP32C3_ADC = 1 << 5,
    CAPHEAP_ESP32C3_M2M = 1 << 6, /* GDMA from memory to memory */
};

/* Espressif ESP32-C5: likewise, and the SDIO slave. */
enum {
    CAPHEAP_ESP32C5_SPI2 = 1 << 0,
    CAPHEAP_ESP32C5_UHCI0 = 1 << 1,
    CAPHEAP_ESP32C5_I2S0 = 1 << 2,
    CAPHEAP_ESP32C5_AES = 1 << 3,
    CAPHEAP_ESP32C5_SHA = 1 << 4,
    CAPHEAP_ESP32C5_ADC = 1 << 5,
    CAPHEAP_ESP32C5_PARLIO = 1 << 6,
    CAPHEAP_ESP32C5_M2M = 1 << 7,  /* GDMA from memory to memory */
    CAPHEAP_ESP32C5_SDIO = 1 << 8, /* the slave */
};

/* Espressif ESP32-C6: as ESP32-C5. */
enum {
    CAPHEAP_ESP32C6_SPI2 = 1 << 0,
    CAPHEAP_ESP32C6_UHCI0 = 1 << 1,
    CAPHEAP_ESP32C6_I2S0 = 1 << 2,
    CAPHEAP_ESP32C6_AES = 1 << 3,
    CAPHEAP_ESP32C6_SHA = 1 << 4,
    CAPHEAP_ESP32C6_ADC = 1 << 5,
    CAPHEAP_ESP32C6_PARLIO = 1 << 6,
    CAPHEAP_ESP32C6_M2M = 1 << 7,  /* GDMA from memory to memory */
    CAPHEAP_ESP32C6_SDIO = 1 << 8, /* the slave */
};

/* Espressif ESP32-C61: the peripherals that its GDMA serves, and the SDIO slave. */
enum {
    CAPHEAP_ESP32C61_SPI2 = 1 << 0,
    CAPHEAP_ESP32C61_I2S0 = 1 << 1,
    CAPHEAP_ESP32C61_SHA = 1 << 2,
    CAPHEAP_ESP32C61_ADC = 1 << 3,
    CAPHEAP_ESP32C61_M2M = 1 << 4,  /* GDMA from memory to memory */
    CAPHEAP_ESP32C61_SDIO = 1 << 5, /* the slave */
};

/* Espressif ESP32-H2 and ESP32-H21: the peripherals that their GDMA serves. */
enum {
    CAPHEAP_ESP32H2_SPI2 = 1 << 0,
    CAPHEAP_ESP32H2_UHCI0 = 1 << 1,
    CAPHEAP_ESP32H2_I2S0 = 1 << 2,
    CAPHEAP_ESP32H2_AES = 1 << 3,
    CAPHEAP_ESP32H2_SHA = 1 << 4,
    CAPHEAP_ESP32H2_ADC = 1 << 5,
    CAPHEAP_ESP32H2_PARLIO = 1 << 6,
    CAPHEAP_ESP32H2_M2M = 1 << 7, /* GDMA from memory to memory */
};

/* Espressif ESP32-H4: likewise. */
enum {
    CAPHEAP_ESP32H4_SPI2 = 1 << 0,
    CAPHEAP_ESP32H4_SPI3 = 1 << 1,
    CAPHEAP_ESP32H4_UHCI0 = 1 << 2,
    CAPHEAP_ESP32H4_I2S0 = 1 << 3,
    CAPHEAP_ESP32H4_AES = 1 << 4,
    CAPHEAP_ESP32H4_ASRC = 1 << 5,
    CAPHEAP_ESP32H4_SHA = 1 << 6,
    CAPHEAP_ESP32H4_ADC = 1 << 7,
    CAPHEAP_ESP32H4_PARLIO = 1 << 8,
    CAPHEAP_ESP32H4_M2M = 1 << 9, /* GDMA from memory to memory */
};

/* Espressif ESP32-P4: those of GDMA on both buses, and masters of their own. */
enum {
    CAPHEAP_ESP32P4_I3C = 1 << 0,
    CAPHEAP_ESP32P4_UHCI0 = 1 << 1,
    CAPHEAP_ESP32P4_I2S0 = 1 << 2,
    CAPHEAP_ESP32P4_I2S1 = 1 << 3,
    CAPHEAP_ESP32P4_I2S2 = 1 << 4,
    CAPHEAP_ESP32P4_ADC = 1 << 5,
    CAPHEAP_ESP32P4_RMT = 1 << 6,
    CAPHEAP_ESP32P4_LCD_CAM = 1 << 7,
    CAPHEAP_ESP32P4_SPI2 = 1 << 8,
    CAPHEAP_ESP32P4_SPI3 = 1 << 9,
    CAPHEAP_ESP32P4_PARLIO = 1 << 10,
    CAPHEAP_ESP32P4_AES = 1 << 11,
    CAPHEAP_ESP32P4_SHA = 1 << 12,
    CAPHEAP_ESP32P4_M2M = 1 << 13,     /* GDMA from memory to memory */
    CAPHEAP_ESP32P4_DMA2D = 1 << 14,   /* JPEG, PPA */
    CAPHEAP_ESP32P4_DW_GDMA = 1 << 15, /* MIPI CSI and DSI */
    CAPHEAP_ESP32P4_SDMMC = 1 << 16,
    CAPHEAP_ESP32P4_EMAC = 1 << 17,
};

/* Espressif ESP32-S31: likewise. */
enum {
    CAPHEAP_ESP32S31_UHCI0 = 1 << 0,
    CAPHEAP_ESP32S31_I2S0 = 1 << 1,
    CAPHEAP_ESP32S31_I2S1 = 1 << 2,
    CAPHEAP_ESP32S31_RMT = 1 << 3,
    CAPHEAP_ESP32S31_ASRC = 1 << 4,
    CAPHEAP_ESP32S31_CORDIC = 1 << 5,
    CAPHEAP_ESP32S31_PVT = 1 << 6,
    CAPHEAP_ESP32S31_LCD_CAM = 1 << 7,
    CAPHEAP_ESP32S31_SPI2 = 1 << 8,
    CAPHEAP_ESP32S31_SPI3 = 1 << 9,
    CAPHEAP_ESP32S31_PARLIO = 1 << 10,
    CAPHEAP_ESP32S31_AES = 1 << 11,
    CAPHEAP_ESP32S31_SHA = 1 << 12,
    CAPHEAP_ESP32S31_ADC = 1 << 13,
    CAPHEAP_ESP32S31_DAC = 1 << 14,
    CAPHEAP_ESP32S31_M2M = 1 << 15,   /* GDMA from memory to memory */
    CAPHEAP_ESP32S31_DMA2D = 1 << 16, /* JPEG, PPA */
    CAPHEAP_ESP32S31_SDMMC = 1 << 17,
    CAPHEAP_ESP32S31_EMAC = 1 << 18,
};

/* Arm MPS2+ with AN505 or AN521. */
enum {
    CAPHEAP_MPS2_DMA0 = 1 << 0,
    CAPHEAP_MPS2_DMA1 = 1 << 1,
    CAPHEAP_MPS2_DMA2 = 1 << 2,
    CAPHEAP_MPS2_DMA3 = 1 << 3,
};

/* SiFive FU540, as QEMU's sifive_u has it. */
enum {
    CAPHEAP_FU540_PDMA = 1 << 0,
    CAPHEAP_FU540_GEM = 1 << 1, /* Ethernet */
};

#endif
