# SPDX-License-Identifier: MIT
# Raspberry Pi RP2040 in rp2040js, from npm: two Cortex-M0+ cores. The program is in flash without the
# boot ROM.
set(BOARD_ARCH cortex_m)
set(BOARD_TOOLS arm-none-eabi)
set(BOARD_FLAGS -mcpu=cortex-m0plus -mthumb)
set(BOARD_CHIP capheap_chip_rp2040)
set(BOARD_FITTED 0)
set(BOARD_REGIONS 2)
set(BOARD_MHZ 125)
set(BOARD_TIMER rp2040)
set(BOARD_FAULTS 1 2 3)
set(BOARD_PORTS rp2040 cortex_m)
list(REMOVE_ITEM BOARD_CASES chip_layout_random property_heap) # models of up to 1 MB and of 384 KB
set(BOARD_CASES_APART chip_esp_idf property_chip property_policy region_init)
set(BOARD_SLOWER 5 7)
set(BOARD_RESETS 0) # not in rp2040js
set(BOARD_CORES 2)
set(BOARD_NPM rp2040)
set(BOARD_RUN node @rp2040/run.cjs ${CMAKE_CURRENT_BINARY_DIR}/rp2040)
