# SPDX-License-Identifier: MIT
# Arm MPS2 with a Cortex-M4F. Its PSRAM is 16 MB at 0x21000000.
set(BOARD_ARCH cortex_m)
set(BOARD_TOOLS arm-none-eabi)
set(BOARD_FLAGS -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16)
set(BOARD_CHIP capheap_chip_mps2_an386)
set(BOARD_FITTED 16u<<20)
set(BOARD_REGIONS 3)
set(BOARD_MHZ 25)
set(BOARD_PORTS cortex_m cortex_m_basepri)
set(BOARD_RUN qemu-system-arm -M mps2-an386 -kernel)
