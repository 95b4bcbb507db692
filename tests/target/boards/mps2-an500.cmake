# SPDX-License-Identifier: MIT
# Arm MPS2 with a Cortex-M7. Its PSRAM is 16 MB at 0x60000000.
set(BOARD_ARCH cortex_m)
set(BOARD_TOOLS arm-none-eabi)
set(BOARD_FLAGS -mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-d16)
set(BOARD_CHIP capheap_chip_mps2_an500)
set(BOARD_FITTED 16u<<20)
set(BOARD_REGIONS 3)
set(BOARD_MHZ 25)
set(BOARD_PORTS cortex_m cortex_m_basepri)
set(BOARD_RUN qemu-system-arm -M mps2-an500 -kernel)
