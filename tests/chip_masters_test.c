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

/* Every cell of RM0433 (revision 8), table 3, that has a memory of the table for its slave: where
 * the manual's text in 2.1.6 says less than the table (SDMMC2), the text. */
TEST(stm32h7_every_master_and_memory_as_the_manual_has_it) {
    static const uintptr_t at[] = {ITCM, DTCM, AXI, SRAM1, SRAM2, SRAM3, SRAM4, BACKUP, SDRAM};
    static const struct {
        const char *master;
        const char *reaches; /* a character per address */
    } rows[] = {
        {"DMA1", "--XXXXXXX"}, {"DMA2", "--XXXXXXX"},   {"BDMA", "------XX-"},
        {"MDMA", "XXXXXXXXX"}, {"SDMMC1", "--X-----X"}, {"SDMMC2", "--XXXX--X"},
        {"ETH", "--XXXXXXX"},  {"USB1", "--XXXXXXX"},   {"USB2", "--XXXXXXX"},
        {"LTDC", "--X-----X"}, {"DMA2D", "--XXXX--X"},
    };
    CHECK_EQ(sizeof(rows) / sizeof(rows[0]), capheap_chip_stm32h743.master_count);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t j = 0; j < sizeof(at) / sizeof(at[0]); j++) {
            if (!CHECK_EQ(h7(rows[i].master, at[j]), rows[i].reaches[j] == 'X')) {
                CHECK_TEXT(rows[i].master, "a master that reaches what the manual says");
            }
        }
    }
}

/* The three that cost most people a day. */
TEST(stm32h7_dma1_and_dma2_do_not_reach_the_tightly_coupled_memories) {
    CHECK(!h7("DMA1", DTCM) && !h7("DMA1", ITCM) && !h7("DMA2", DTCM) && !h7("DMA2", ITCM));
    CHECK(h7("MDMA", DTCM) && h7("MDMA", ITCM));
}

TEST(stm32h7_sdmmc1_reaches_axi_sram_alone_of_the_internal_memories) {
    CHECK(h7("SDMMC1", AXI) && h7("SDMMC1", SDRAM));
    CHECK(!h7("SDMMC1", DTCM) && !h7("SDMMC1", ITCM) && !h7("SDMMC1", SRAM1));
    CHECK(!h7("SDMMC1", SRAM2) && !h7("SDMMC1", SRAM3) && !h7("SDMMC1", SRAM4));
}

TEST(stm32h7_bdma_reaches_its_own_domain_alone) {
    CHECK(h7("BDMA", SRAM4) && h7("BDMA", BACKUP));
    CHECK(!h7("BDMA", AXI) && !h7("BDMA", SRAM1) && !h7("BDMA", DTCM) && !h7("BDMA", SDRAM));
}

TEST(stm32f4_ccm_is_the_cores_alone) {
    CHECK_EQ(reach_at(&capheap_chip_stm32f407, 0x10000000), 0);
    CHECK_EQ(reach_at(&capheap_chip_stm32f407, 0x20000000), 0xF);
}

TEST(stm32u5_lpdma1_reaches_sram4_alone) {
    const capheap_chip_t *chip = &capheap_chip_stm32u585;
    CHECK_EQ(reach_at(chip, 0x20000000), CAPHEAP_STM32U5_GPDMA1);
    CHECK_EQ(reach_at(chip, 0x28000000), CAPHEAP_STM32U5_GPDMA1 | CAPHEAP_STM32U5_LPDMA1);
}

TEST(tightly_coupled_memory_of_other_cortex_m7) {
    const capheap_chip_t *imxrt = &capheap_chip_imxrt1062;
    CHECK_EQ(reach_at(imxrt, ITCM), 0);
    CHECK((reach_at(imxrt, DTCM) & CAPHEAP_IMXRT_EDMA) != 0);
    CHECK((reach_at(imxrt, DTCM) & CAPHEAP_IMXRT_LCDIF) == 0);
    CHECK_EQ(reach_at(imxrt, 0x80000000), 0x3F);
    CHECK((reach_at(&capheap_chip_teensy41, DTCM) & CAPHEAP_IMXRT_USB) != 0);
    CHECK_EQ(reach_at(&capheap_chip_samv71_tcm, DTCM), CAPHEAP_SAMV71_XDMAC);
    CHECK_EQ(reach_at(&capheap_chip_samv71_tcm, ITCM), 0);
    CHECK((reach_at(&capheap_chip_samv71, 0x20400000) & CAPHEAP_SAMV71_GMAC) != 0);
}

TEST(the_dma_of_rp2040_and_rp2350_reaches_all) {
    for (size_t i = 0; i < capheap_chip_rp2350.type_count; i++) {
        CHECK_EQ(capheap_chip_reach(&capheap_chip_rp2350, i), CAPHEAP_RP2350_DMA);
    }
    for (size_t i = 0; i < capheap_chip_rp2040.type_count; i++) {
        CHECK_EQ(capheap_chip_reach(&capheap_chip_rp2040, i), CAPHEAP_RP2040_DMA);
    }
}

TEST(esp32_no_master_reaches_psram_iram_or_rtc_memory) {
    CHECK_EQ(reach_at(&capheap_chip_esp32, 0x3F800000), 0);
    CHECK_EQ(reach_at(&capheap_chip_esp32, 0x40080000), 0);
    CHECK_EQ(reach_at(&capheap_chip_esp32, 0x3FF80000), 0);
    CHECK((reach_at(&capheap_chip_esp32, 0x3FFB0000) & CAPHEAP_ESP32_I2S0) != 0);
    CHECK((reach_at(&capheap_chip_esp32, 0x3FFE0000) & CAPHEAP_ESP32_I2S0) != 0);
}

/* Those with a DMA of their own that stops at internal memory. */
TEST(espressif_masters_that_do_not_reach_psram) {
    static const struct {
        const capheap_chip_t *chip;
        capheap_masters_t not_psram;
    } rows[] = {
        {&capheap_chip_esp32s2, CAPHEAP_ESP32S2_CP_DMA},
        {&capheap_chip_esp32s3, CAPHEAP_ESP32S3_SDMMC},
        {&capheap_chip_esp32c5, CAPHEAP_ESP32C5_SDIO},
        {&capheap_chip_esp32c61, CAPHEAP_ESP32C61_SDIO},
        {&capheap_chip_esp32h4, 0},
        {&capheap_chip_esp32p4, CAPHEAP_ESP32P4_EMAC},
        {&capheap_chip_esp32s31, CAPHEAP_ESP32S31_EMAC},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const capheap_chip_t *chip = rows[i].chip;
        capheap_masters_t all = (UINT32_C(1) << chip->master_count) - 1;
        for (size_t type = 0; type < chip->type_count; type++) {
            capheap_caps_t caps = capheap_type_caps(&chip->types[type]);
            if ((caps & CAPHEAP_SPIRAM) != 0) {
                CHECK_EQ(capheap_chip_reach(chip, type), all & ~rows[i].not_psram);
            } else if ((caps & CAPHEAP_DMA) != 0) {
                CHECK_EQ(capheap_chip_reach(chip, type), all);
            } else {
                CHECK_EQ(capheap_chip_reach(chip, type), 0);
            }
        }
    }
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
        {&capheap_chip_esp32p4_rev1, "EMAC", CAPHEAP_ESP32P4_EMAC},
        {&capheap_chip_esp32h21, "PARLIO", CAPHEAP_ESP32H2_PARLIO},
        {&capheap_chip_nrf52840, "CRYPTO", CAPHEAP_NRF52840_CRYPTO},
        {&capheap_chip_nrf5340_network, "RADIO", CAPHEAP_NRF5340NET_RADIO},
        {&capheap_chip_teensy41, "USDHC", CAPHEAP_IMXRT_USDHC},
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

/* Of a chip with masters each reaches memory that an ordinary program leaves free, and what has the
 * general DMA bit is reached by one. */
static void check_use(const capheap_chip_t *chip) {
    capheap_memory_t pieces[64];
    bool external = false;
    for (size_t i = 0; i < chip->memory_count; i++) {
        external |= (chip->memories[i].flags & CAPHEAP_MEMORY_EXTERNAL) != 0;
    }
    int count = capheap_chip_layout(chip, chip->usual, chip->usual_count, external ? 1 << 20 : 0,
                                    pieces, 64);
    capheap_masters_t any = 0;
    for (int i = 0; i < count; i++) {
        any |= capheap_chip_reach(chip, pieces[i].type);
    }
    for (size_t i = 0; i < chip->master_count; i++) {
        capheap_masters_t bit = (capheap_masters_t)1 << i;
        CHECK_EQ(capheap_chip_master(chip, chip->masters[i]), bit);
        CHECK((any & bit) != 0);
    }
    for (size_t i = 0; chip->master_count != 0 && i < chip->type_count; i++) {
        bool dma = (capheap_type_caps(&chip->types[i]) & CAPHEAP_DMA) != 0;
        CHECK(!dma || capheap_chip_reach(chip, i) != 0);
    }
}

TEST(each_master_reaches_a_memory) {
    for (const capheap_chip_t *const *at = capheap_chips; *at != NULL; at++) {
        unsigned before = test_failures;
        check_use(*at);
        if (test_failures != before) {
            CHECK_TEXT((*at)->name, "a chip whose masters are of use");
        }
    }
}

/* A chip names masters, or it is one of these, which have none. */
TEST(no_chip_is_forgotten) {
    static const char *const none[] = {"host",       "mps2-an385", "mps2-an386", "mps2-an500",
                                       "mps3-an547", "qemu-lx106", "qemu-virt"};
    size_t without = 0;
    for (const capheap_chip_t *const *at = capheap_chips; *at != NULL; at++) {
        bool listed = false;
        for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
            listed |= strcmp(none[i], (*at)->name) == 0;
        }
        without += listed;
        if (!CHECK_EQ((*at)->master_count == 0, listed)) {
            CHECK_TEXT((*at)->name, "a chip that names its masters");
        }
    }
    CHECK_EQ(without, sizeof(none) / sizeof(none[0]));
}

static bool is_variant_of(const capheap_chip_t *variant, const capheap_chip_t *chip) {
    size_t length = strlen(chip->name);
    return strncmp(variant->name, chip->name, length) == 0 && variant->name[length] == '-' &&
           variant != &capheap_chip_nrf5340_network;
}

/* Caches, protection and cores used change no master. */
TEST(variants_have_the_masters_of_their_chip) {
    size_t variants = 0;
    for (const capheap_chip_t *const *a = capheap_chips; *a != NULL; a++) {
        for (const capheap_chip_t *const *b = capheap_chips; *b != NULL; b++) {
            if (is_variant_of(*b, *a)) {
                CHECK_EQ((*b)->masters, (*a)->masters);
                CHECK_EQ((*b)->reach, (*a)->reach);
                variants++;
            }
        }
    }
    CHECK(variants >= 32);
}

TEST(a_table_with_a_mistake_is_refused) {
    static const capheap_type_t types[] = {{"SRAM", {CAPHEAP_8BIT, 0, 0}, 0, 0}};
    static const capheap_memory_t memories[] = {{0x20000000, 4096, 0, 0, 0, 0}};
    static const char *const names[] = {"one", "two"};
    static const char *const unnamed[] = {"one", NULL};
    static const char *const twice[] = {"one", "one"};
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
    chip.masters = twice;
    index = 0;
    CHECK_EQ(capheap_chip_check(&chip, &index), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(index, 1);
    chip.masters = NULL;
    CHECK_EQ(capheap_chip_check(&chip, NULL), CAPHEAP_ERROR_ARGUMENT);
    chip.masters = names;
    chip.master_count = 33;
    CHECK_EQ(capheap_chip_check(&chip, NULL), CAPHEAP_ERROR_ARGUMENT);
}

TEST_MAIN(stm32h7_every_master_and_memory_as_the_manual_has_it,
          stm32h7_dma1_and_dma2_do_not_reach_the_tightly_coupled_memories,
          stm32h7_sdmmc1_reaches_axi_sram_alone_of_the_internal_memories,
          stm32h7_bdma_reaches_its_own_domain_alone, stm32f4_ccm_is_the_cores_alone,
          stm32u5_lpdma1_reaches_sram4_alone, tightly_coupled_memory_of_other_cortex_m7,
          the_dma_of_rp2040_and_rp2350_reaches_all,
          esp32_no_master_reaches_psram_iram_or_rtc_memory,
          espressif_masters_that_do_not_reach_psram, the_headers_bits_are_the_tables,
          each_master_reaches_a_memory, no_chip_is_forgotten,
          variants_have_the_masters_of_their_chip, a_table_with_a_mistake_is_refused)
