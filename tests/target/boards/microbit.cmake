# SPDX-License-Identifier: MIT
# BBC micro:bit: a Cortex-M0 with 16 KB of RAM, 256 KB of flash. Too small for the host's tests,
# whose models alone take more; the board's own run.
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
set(BOARD_CASES "")
set(BOARD_RUN qemu-system-arm -M microbit -device loader,file=)
