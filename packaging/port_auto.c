/* SPDX-License-Identifier: MIT */
/*
 * The port that fits, where a package builds the library and nobody chooses one: PlatformIO and
 * Arduino. Define CAPHEAP_PORT_OWN to bring another one, your own or one of ports/.
 */
#if defined(CAPHEAP_PORT_OWN)
/* Nothing: the program has it. */
typedef int capheap_port_is_the_program_s;
#elif defined(ESP_PLATFORM)
#include "../ports/esp_idf.c"
#elif defined(__ZEPHYR__)
#include "../ports/zephyr.c"
#elif defined(PICO_RP2350)
#error "capheap has no port for the RP2350's two cores: define CAPHEAP_PORT_OWN and bring one"
#elif defined(PICO_RP2040) || defined(ARDUINO_ARCH_RP2040) || defined(TARGET_RP2040)
#include "../ports/rp2040.c"
#elif defined(__XTENSA__)
#include "../ports/xtensa.c"
#elif defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'
#include "../ports/cortex_m.c"
#elif defined(__riscv) && !defined(__linux__)
#include "../ports/riscv.c"
#elif defined(__unix__) || defined(__APPLE__)
#include "../ports/posix.c"
#else
#error "capheap knows no port for this chip: define CAPHEAP_PORT_OWN and bring one (port.h)"
#endif
