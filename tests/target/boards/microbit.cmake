# SPDX-License-Identifier: MIT
# BBC micro:bit: a Cortex-M0 with 16 KB of RAM, 256 KB of flash: room for those of the host's tests
# that have no model of a large region or of a heap.
set(BOARD_ARCH cortex_m)
set(BOARD_TOOLS arm-none-eabi)
set(BOARD_FLAGS -mcpu=cortex-m0 -mthumb)
set(BOARD_CHIP capheap_chip_microbit)
set(BOARD_FITTED 0)
set(BOARD_REGIONS 1)
set(BOARD_BLOCKS 40)
set(BOARD_MHZ 16)
set(BOARD_TIMER nrf)
set(BOARD_PORTS cortex_m)
set(BOARD_CASES chip_alias chip_check chip_layout chip_listing chip_masters chip_tables
    property_region region_attach_cut region_attach_damage)
set(BOARD_CASES_APART property_region)
set(BOARD_SMALL -DMODEL_SLOTS=64 -DMODEL_PAGE=256 -DMODEL_LARGEST=2048)
set(BOARD_RUN qemu-system-arm -M microbit -device loader,file=)
