/* SPDX-License-Identifier: MIT */
/* Bus masters: the tables agree with masters.h and with themselves; the traps that are well known.
 * Memory is never touched: an address of a chip is a number here. */
#include "test.h"

#include <string.h>

#include "capheap/chips.h"
#include "capheap/masters.h"

/* The masters that reach the memory at this address of the chip. */
static capheap_masters_t reach_at(const capheap_chip_t *chip, uintptr_t address) {
    for (size_t i = 0; i < chip->memory_count; i++) {
        if (address - chip->memories[i].start < chip->memories[i].size) {
            return capheap_chip_reach(chip, chip->memories[i].type);
        }
    }
    return 0;
}

#define ITCM   0x00000100u
#define DTCM   0x20000000u
#define AXI    0x24000000u
#define SRAM1  0x30000000u
#define SRAM2  0x30020000u
#define SRAM3  0x30040000u
#define SRAM4  0x38000000u
#define BACKUP 0x38800000u
#define SDRAM  0xC0000000u

static bool h7(const char *master, uintptr_t address) {
    capheap_masters_t bit = capheap_chip_master(&capheap_chip_stm32h743, master);
    CHECK(bit != 0);
    return (reach_at(&capheap_chip_stm32h743, address) & bit) != 0;
}

TEST(stm32h7_dma1_and_dma2_do_not_reach_the_tightly_coupled_memories) {
    static const char *const engines[] = {"DMA1", "DMA2"};
    for (size_t i = 0; i < 2; i++) {
        CHECK(!h7(engines[i], DTCM) && !h7(engines[i], ITCM));
        CHECK(h7(engines[i], AXI) && h7(engines[i], SRAM1) && h7(engines[i], SRAM2));
        CHECK(h7(engines[i], SRAM3) && h7(engines[i], SRAM4));
    }
    CHECK(h7("MDMA", DTCM) && h7("MDMA", ITCM) && h7("MDMA", AXI) && h7("MDMA", SRAM4));
}

TEST(stm32h7_sdmmc1_reaches_axi_sram_alone_of_the_internal_memories) {
    CHECK(h7("SDMMC1", AXI) && h7("SDMMC1", SDRAM));
    CHECK(!h7("SDMMC1", DTCM) && !h7("SDMMC1", ITCM) && !h7("SDMMC1", SRAM1));
    CHECK(!h7("SDMMC1", SRAM2) && !h7("SDMMC1", SRAM3) && !h7("SDMMC1", SRAM4));
    CHECK(!h7("SDMMC1", BACKUP));
    CHECK(h7("SDMMC2", AXI) && h7("SDMMC2", SRAM1) && !h7("SDMMC2", DTCM));
}

TEST(stm32h7_bdma_reaches_its_own_domain_alone) {
    CHECK(h7("BDMA", SRAM4) && h7("BDMA", BACKUP));
    CHECK(!h7("BDMA", AXI) && !h7("BDMA", SRAM1) && !h7("BDMA", SRAM2) && !h7("BDMA", SRAM3));
    CHECK(!h7("BDMA", DTCM) && !h7("BDMA", ITCM) && !h7("BDMA", SDRAM));
}

TEST(stm32f4_ccm_is_the_cores_alone) {
    CHECK_EQ(reach_at(&capheap_chip_stm32f407, 0x10000000), 0);
    CHECK(reach_at(&capheap_chip_stm32f407, 0x20000000) != 0);
}

TEST(esp32_no_master_reaches_psram_iram_or_rtc_memory) {
    CHECK_EQ(reach_at(&capheap_chip_esp32, 0x3F800000), 0);
    CHECK_EQ(reach_at(&capheap_chip_esp32, 0x40080000), 0);
    CHECK_EQ(reach_at(&capheap_chip_esp32, 0x3FF80000), 0);
    capheap_masters_t i2s = capheap_chip_master(&capheap_chip_esp32, "I2S0");
    CHECK((reach_at(&capheap_chip_esp32, 0x3FFB0000) & i2s) == i2s);
    CHECK((reach_at(&capheap_chip_esp32, 0x3FFE0000) & i2s) == i2s);
    capheap_masters_t card = capheap_chip_master(&capheap_chip_esp32s3, "SDMMC");
    CHECK((reach_at(&capheap_chip_esp32s3, 0x3C010000) & card) == 0);
    CHECK((reach_at(&capheap_chip_esp32s3, 0x3FC90000) & card) != 0);
    CHECK((reach_at(&capheap_chip_esp32s3, 0x3C010000) & CAPHEAP_ESP32S3_LCD_CAM) != 0);
}

typedef struct named {
    const capheap_chip_t *chip;
    const char *name;
    capheap_masters_t bit;
} named_t;

TEST(the_headers_bits_are_the_tables) {
    static const named_t named[] = {
        {&capheap_chip_stm32h743, "DMA1", CAPHEAP_STM32H7_DMA1},
        {&capheap_chip_stm32h743, "DMA2", CAPHEAP_STM32H7_DMA2},
        {&capheap_chip_stm32h743, "BDMA", CAPHEAP_STM32H7_BDMA},
        {&capheap_chip_stm32h743, "MDMA", CAPHEAP_STM32H7_MDMA},
        {&capheap_chip_stm32h743, "SDMMC1", CAPHEAP_STM32H7_SDMMC1},
        {&capheap_chip_stm32h743, "SDMMC2", CAPHEAP_STM32H7_SDMMC2},
        {&capheap_chip_stm32h743, "ETH", CAPHEAP_STM32H7_ETH},
        {&capheap_chip_stm32h743, "USB1", CAPHEAP_STM32H7_USB1},
        {&capheap_chip_stm32h743, "USB2", CAPHEAP_STM32H7_USB2},
        {&capheap_chip_stm32h743, "LTDC", CAPHEAP_STM32H7_LTDC},
        {&capheap_chip_stm32h743, "DMA2D", CAPHEAP_STM32H7_DMA2D},
        {&capheap_chip_stm32f407, "DMA2", CAPHEAP_STM32F4_DMA2},
        {&capheap_chip_stm32f407, "USB_HS", CAPHEAP_STM32F4_USB_HS},
        {&capheap_chip_esp32, "SPI2", CAPHEAP_ESP32_SPI2},
        {&capheap_chip_esp32_one_core, "SDMMC", CAPHEAP_ESP32_SDMMC},
        {&capheap_chip_esp32, "EMAC", CAPHEAP_ESP32_EMAC},
        {&capheap_chip_esp32, "UHCI1", CAPHEAP_ESP32_UHCI1},
        {&capheap_chip_esp32s3, "LCD_CAM", CAPHEAP_ESP32S3_LCD_CAM},
        {&capheap_chip_esp32s3, "RMT", CAPHEAP_ESP32S3_RMT},
        {&capheap_chip_esp32s3_memprot, "SDMMC", CAPHEAP_ESP32S3_SDMMC},
        {&capheap_chip_esp32c3, "ADC", CAPHEAP_ESP32C3_ADC},
        {&capheap_chip_rp2040, "DMA", CAPHEAP_RP2040_DMA},
    };
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        CHECK_EQ(capheap_chip_master(named[i].chip, named[i].name), named[i].bit);
    }
    CHECK_EQ(capheap_chip_master(&capheap_chip_stm32h743, "DMA"), 0);
    CHECK_EQ(capheap_chip_master(&capheap_chip_stm32h743, "DMA11"), 0);
    CHECK_EQ(capheap_chip_master(&capheap_chip_stm32h743, NULL), 0);
    CHECK_EQ(capheap_chip_master(NULL, "DMA1"), 0);
    CHECK_EQ(capheap_chip_reach(&capheap_chip_stm32h743, 99), 0);
    CHECK_EQ(capheap_chip_reach(&capheap_chip_host, 0), 0);
}

/* The general DMA bit and the masters tell one story: what no master reaches has not the bit. */
TEST(memory_for_dma_is_reached_by_some_master) {
    for (const capheap_chip_t *const *at = capheap_chips; *at != NULL; at++) {
        const capheap_chip_t *chip = *at;
        for (size_t i = 0; chip->master_count != 0 && i < chip->type_count; i++) {
            bool dma = (capheap_type_caps(&chip->types[i]) & CAPHEAP_DMA) != 0;
            CHECK(!dma || capheap_chip_reach(chip, i) != 0);
        }
        for (size_t i = 0; i < chip->master_count; i++) {
            capheap_masters_t bit = (capheap_masters_t)1 << i;
            CHECK_EQ(capheap_chip_master(chip, chip->masters[i]), bit);
            capheap_masters_t any = 0;
            for (size_t type = 0; type < chip->type_count; type++) {
                any |= capheap_chip_reach(chip, type);
            }
            CHECK((any & bit) != 0);
        }
    }
}

TEST(a_table_with_a_mistake_is_refused) {
    static const capheap_type_t types[] = {{"SRAM", {CAPHEAP_8BIT, 0, 0}, 0, 0}};
    static const capheap_memory_t memories[] = {{0x20000000, 4096, 0, 0, 0, 0}};
    static const char *const names[] = {"one", "two"};
    static const char *const unnamed[] = {"one", NULL};
    static const capheap_masters_t known[] = {3};
    static const capheap_masters_t unknown[] = {4};
    capheap_chip_t chip = {
        .name = "x",
        .title = "X",
        .types = types,
        .memories = memories,
        .masters = names,
        .reach = known,
        .type_count = 1,
        .memory_count = 1,
        .master_count = 2,
    };
    CHECK_EQ(capheap_chip_check(&chip, NULL), CAPHEAP_OK);
    chip.reach = unknown;
    CHECK_EQ(capheap_chip_check(&chip, NULL), CAPHEAP_ERROR_ARGUMENT);
    chip.reach = NULL;
    CHECK_EQ(capheap_chip_check(&chip, NULL), CAPHEAP_ERROR_ARGUMENT);
    chip.reach = known;
    chip.masters = unnamed;
    size_t index = 0;
    CHECK_EQ(capheap_chip_check(&chip, &index), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(index, 1);
    chip.masters = NULL;
    CHECK_EQ(capheap_chip_check(&chip, NULL), CAPHEAP_ERROR_ARGUMENT);
    chip.masters = names;
    chip.master_count = 33;
    CHECK_EQ(capheap_chip_check(&chip, NULL), CAPHEAP_ERROR_ARGUMENT);
}

TEST_MAIN(stm32h7_dma1_and_dma2_do_not_reach_the_tightly_coupled_memories,
          stm32h7_sdmmc1_reaches_axi_sram_alone_of_the_internal_memories,
          stm32h7_bdma_reaches_its_own_domain_alone, stm32f4_ccm_is_the_cores_alone,
          esp32_no_master_reaches_psram_iram_or_rtc_memory, the_headers_bits_are_the_tables,
          memory_for_dma_is_reached_by_some_master, a_table_with_a_mistake_is_refused)
