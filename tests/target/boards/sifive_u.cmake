# SPDX-License-Identifier: MIT
# QEMU's SiFive HiFive Unleashed with 32-bit cores: L2-LIM as internal memory, DRAM as external.
# Hart 0 runs alone.
set(BOARD_ARCH riscv)
set(BOARD_TOOLS riscv64-unknown-elf)
set(BOARD_FLAGS -march=rv32imac -mabi=ilp32 -mcmodel=medany)
set(BOARD_CHIP capheap_chip_qemu_sifive_u)
set(BOARD_FITTED 16u<<20)
set(BOARD_REGIONS 2)
set(BOARD_MHZ 1)
set(BOARD_PORTS riscv)
set(BOARD_RUN qemu-system-riscv32 -M sifive_u -bios none -kernel)
