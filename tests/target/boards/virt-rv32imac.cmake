# SPDX-License-Identifier: MIT
# QEMU's RISC-V machine virt, the program compiled for RV32IMAC. One RAM of 128 MB.
set(BOARD_ARCH riscv)
set(BOARD_TOOLS riscv64-unknown-elf)
set(BOARD_FLAGS -march=rv32imac -mabi=ilp32 -mcmodel=medany)
set(BOARD_CHIP capheap_chip_qemu_virt)
set(BOARD_FITTED 0)
set(BOARD_REGIONS 2)
set(BOARD_MHZ 10)
set(BOARD_PORTS riscv)
set(BOARD_RUN qemu-system-riscv32 -M virt -bios none -kernel)
