# SPDX-License-Identifier: MIT
# QEMU's Xtensa machine sim with the core of the ESP8266. Its instruction memory takes words alone by
# the chip's table; QEMU would take bytes too.
set(BOARD_ARCH xtensa)
set(BOARD_TOOLS xtensa-lx106-elf)
set(BOARD_FLAGS -mlongcalls -mtext-section-literals)
set(BOARD_SPECS /usr/lib/xtensa-lx106-elf/picolibc.specs)
set(BOARD_CHIP capheap_chip_qemu_lx106)
set(BOARD_FITTED 0)
set(BOARD_REGIONS 2)
set(BOARD_MHZ 10)
set(BOARD_PORTS xtensa)
set(BOARD_RUN qemu-system-xtensa -M sim -cpu lx106 -semihosting -kernel)
