# SPDX-License-Identifier: MIT
# Arm MPS2+ with a Cortex-M33, which starts in the secure state: secure addresses throughout.
set(BOARD_ARCH cortex_m)
set(BOARD_TOOLS arm-none-eabi)
set(BOARD_FLAGS -mcpu=cortex-m33 -mthumb -mfloat-abi=soft)
set(BOARD_CHIP capheap_chip_mps2_an505)
set(BOARD_FITTED 16u<<20)
set(BOARD_REGIONS 3)
set(BOARD_MHZ 20)
set(BOARD_PORTS cortex_m cortex_m_basepri)
set(BOARD_RUN qemu-system-arm -M mps2-an505 -kernel)
