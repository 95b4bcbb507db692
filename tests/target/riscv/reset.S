/* SPDX-License-Identifier: MIT */
/* RISC-V: reset, and the trap's frame. Only hart 0 runs; the others wait for good. */

    .option norelax
    .section .reset, "ax"
    .globl _start
_start:
    .option push
    .option arch, +zicsr
    csrr    a0, mhartid
    .option pop
    bnez    a0, wait
    la      gp, __global_pointer$
    la      sp, target_stack_top
    la      t0, target_trap_entry
    .option push
    .option arch, +zicsr
    csrw    mtvec, t0
    .option pop
    call    target_start
wait:
    wfi
    j       wait

/* All registers on the stack in order of their numbers (x2 as it was before), then mepc in place of
 * x0; target_trap gets the address. */
    .text
    .align  2
    .globl  target_trap_entry
target_trap_entry:
    addi    sp, sp, -128
    sw      x1, 4(sp)
    sw      x3, 12(sp)
    sw      x4, 16(sp)
    sw      x5, 20(sp)
    sw      x6, 24(sp)
    sw      x7, 28(sp)
    sw      x8, 32(sp)
    sw      x9, 36(sp)
    sw      x10, 40(sp)
    sw      x11, 44(sp)
    sw      x12, 48(sp)
    sw      x13, 52(sp)
    sw      x14, 56(sp)
    sw      x15, 60(sp)
    sw      x16, 64(sp)
    sw      x17, 68(sp)
    sw      x18, 72(sp)
    sw      x19, 76(sp)
    sw      x20, 80(sp)
    sw      x21, 84(sp)
    sw      x22, 88(sp)
    sw      x23, 92(sp)
    sw      x24, 96(sp)
    sw      x25, 100(sp)
    sw      x26, 104(sp)
    sw      x27, 108(sp)
    sw      x28, 112(sp)
    sw      x29, 116(sp)
    sw      x30, 120(sp)
    sw      x31, 124(sp)
    addi    t0, sp, 128
    sw      t0, 8(sp)
    .option push
    .option arch, +zicsr
    csrr    t0, mepc
    sw      t0, 0(sp)
    csrr    a1, mcause
    csrr    a2, mtval
    .option pop
    mv      a0, sp
    call    target_trap
    lw      t0, 0(sp)
    .option push
    .option arch, +zicsr
    csrw    mepc, t0
    .option pop
    lw      x1, 4(sp)
    lw      x5, 20(sp)
    lw      x6, 24(sp)
    lw      x7, 28(sp)
    lw      x8, 32(sp)
    lw      x9, 36(sp)
    lw      x10, 40(sp)
    lw      x11, 44(sp)
    lw      x12, 48(sp)
    lw      x13, 52(sp)
    lw      x14, 56(sp)
    lw      x15, 60(sp)
    lw      x16, 64(sp)
    lw      x17, 68(sp)
    lw      x18, 72(sp)
    lw      x19, 76(sp)
    lw      x20, 80(sp)
    lw      x21, 84(sp)
    lw      x22, 88(sp)
    lw      x23, 92(sp)
    lw      x24, 96(sp)
    lw      x25, 100(sp)
    lw      x26, 104(sp)
    lw      x27, 108(sp)
    lw      x28, 112(sp)
    lw      x29, 116(sp)
    lw      x30, 120(sp)
    lw      x31, 124(sp)
    addi    sp, sp, 128
    mret

/* a0 operation, a1 argument. The three instructions are uncompressed and on one page: RISC-V
 * Semihosting Specification, "Semihosting trap instruction sequence". */
    .align  4
    .globl  semihost
    .option push
    .option norvc
semihost:
    slli    x0, x0, 0x1f
    ebreak
    srai    x0, x0, 7
    ret
    .option pop
