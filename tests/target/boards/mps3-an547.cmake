# SPDX-License-Identifier: MIT
# Arm MPS3 with a Cortex-M55, which starts in the secure state: secure addresses throughout.
# Of its DDR 16 MB are used.
set(BOARD_ARCH cortex_m)
set(BOARD_TOOLS arm-none-eabi)
set(BOARD_FLAGS -mcpu=cortex-m55 -mthumb -mfloat-abi=soft)
set(BOARD_CHIP capheap_chip_mps3_an547)
set(BOARD_FITTED 16u<<20)
set(BOARD_REGIONS 4)
set(BOARD_MHZ 32)
set(BOARD_PORTS cortex_m cortex_m_basepri)
set(BOARD_RUN qemu-system-arm -M mps3-an547 -kernel)
