/* SPDX-License-Identifier: MIT */
/*
 * Xtensa LX106 (call0 ABI): reset, vectors, and the frame of exceptions and level-1 interrupts.
 * Xtensa Instruction Set Architecture Reference Manual, "Exception Option"; where the vectors are:
 * QEMU target/xtensa/core-lx106/core-isa.h.
 */

    .section .reset, "ax"
    .globl _start
_start:
    j       far
    .align  4
where:
    .word   reset
far:
    l32r    a0, where
    jx      a0

    .section .window, "ax"
    .align 4
    .globl target_vectors
target_vectors:
    .org 0x10
    j       other_vector        /* debug */
    .org 0x20
    j       other_vector        /* NMI */
    .org 0x30
    j       general_vector      /* kernel */
    .org 0x50
    j       general_vector      /* user */
    .org 0x70
    j       other_vector        /* double */

    .section .handlers, "ax"
    .align 4
    .literal_position
reset:
    movi    a2, target_vectors
    wsr     a2, vecbase
    movi    a1, target_stack_top
    movi    a2, 0
    wsr     a2, intenable
    movi    a2, 0x20            /* PS: level 0, user mode (UM) */
    wsr     a2, ps
    rsync
    movi    a0, target_start
    callx0  a0

    .align 4
other_vector:
    movi    a2, other_name
    movi    a0, target_stop
    callx0  a0

/* a0 to a15, SAR, EPC1, PS, EXCCAUSE, EXCVADDR: 21 words. a1 is saved as it was before. */
    .align 4
general_vector:
    addi    a1, a1, -96
    s32i    a0, a1, 0
    s32i    a2, a1, 8
    s32i    a3, a1, 12
    s32i    a4, a1, 16
    s32i    a5, a1, 20
    s32i    a6, a1, 24
    s32i    a7, a1, 28
    s32i    a8, a1, 32
    s32i    a9, a1, 36
    s32i    a10, a1, 40
    s32i    a11, a1, 44
    s32i    a12, a1, 48
    s32i    a13, a1, 52
    s32i    a14, a1, 56
    s32i    a15, a1, 60
    addi    a2, a1, 96
    s32i    a2, a1, 4
    rsr     a2, sar
    s32i    a2, a1, 64
    rsr     a2, epc1
    s32i    a2, a1, 68
    rsr     a2, ps
    s32i    a2, a1, 72
    rsr     a2, exccause
    s32i    a2, a1, 76
    rsr     a2, excvaddr
    s32i    a2, a1, 80
    mov     a2, a1
    movi    a0, target_exception
    callx0  a0
    l32i    a2, a1, 64
    wsr     a2, sar
    l32i    a2, a1, 68
    wsr     a2, epc1
    l32i    a0, a1, 0
    l32i    a2, a1, 8
    l32i    a3, a1, 12
    l32i    a4, a1, 16
    l32i    a5, a1, 20
    l32i    a6, a1, 24
    l32i    a7, a1, 28
    l32i    a8, a1, 32
    l32i    a9, a1, 36
    l32i    a10, a1, 40
    l32i    a11, a1, 44
    l32i    a12, a1, 48
    l32i    a13, a1, 52
    l32i    a14, a1, 56
    l32i    a15, a1, 60
    addi    a1, a1, 96
    rfe

/* int target_simcall(int number, int b, int c, int d): arguments are where the emulator wants
 * them. */
    .align 4
    .globl target_simcall
target_simcall:
    simcall
    ret

    .section .rodata
other_name:
    .asciz "debug, NMI or double exception"
