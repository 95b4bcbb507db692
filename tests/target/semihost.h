/* SPDX-License-Identifier: MIT */
/*
 * Semihosting: a call to the debugger, here the emulator. Arm, "Semihosting for AArch32 and
 * AArch64" (2.0), chapter "Semihosting operations"; "RISC-V Semihosting Specification" (0.4).
 */
#ifndef CAPHEAP_TARGET_SEMIHOST_H
#define CAPHEAP_TARGET_SEMIHOST_H

#include <stdint.h>

#define SEMIHOST_WRITE0        0x04u /* print the string at the argument */
#define SEMIHOST_EXIT_EXTENDED 0x20u /* end; the argument points to reason and status */
#define SEMIHOST_REASON_EXIT   0x20026u

/* Per architecture. */
uintptr_t semihost(uintptr_t operation, uintptr_t argument);

#endif
