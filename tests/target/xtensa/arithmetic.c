/* SPDX-License-Identifier: MIT */
/* Division and long products, which the LX106 has no instructions for and Debian's libgcc does not
 * bring (on an ESP8266 they are in ROM). Names and meaning: GCC Internals, "Integer library
 * routines". */
#include <stdint.h>

uint64_t __udivdi3(uint64_t a, uint64_t b);
uint64_t __muldi3(uint64_t a, uint64_t b);
uint64_t __umoddi3(uint64_t a, uint64_t b);
uint32_t __udivsi3(uint32_t a, uint32_t b);
uint32_t __umodsi3(uint32_t a, uint32_t b);
int32_t __divsi3(int32_t a, int32_t b);

static uint32_t divide(uint32_t a, uint32_t b, uint32_t *rest) {
    uint32_t quotient = 0, remainder = 0;
    for (int bit = 31; bit >= 0; bit--) {
        uint32_t carry = remainder >> 31;
        remainder = remainder << 1 | (a >> bit & 1);
        if (carry != 0 || remainder >= b) {
            remainder -= b;
            quotient |= UINT32_C(1) << bit;
        }
    }
    *rest = remainder;
    return quotient;
}

static uint64_t divide_long(uint64_t a, uint64_t b, uint64_t *rest) {
    uint64_t quotient = 0, remainder = 0;
    for (int bit = 63; bit >= 0; bit--) {
        uint64_t carry = remainder >> 63;
        remainder = remainder << 1 | (a >> bit & 1);
        if (carry != 0 || remainder >= b) {
            remainder -= b;
            quotient |= UINT64_C(1) << bit;
        }
    }
    *rest = remainder;
    return quotient;
}

uint32_t __udivsi3(uint32_t a, uint32_t b) {
    uint32_t rest;
    return divide(a, b, &rest);
}

uint32_t __umodsi3(uint32_t a, uint32_t b) {
    uint32_t rest;
    (void)divide(a, b, &rest);
    return rest;
}

int32_t __divsi3(int32_t a, int32_t b) {
    uint32_t quotient =
        __udivsi3(a < 0 ? 0 - (uint32_t)a : (uint32_t)a, b < 0 ? 0 - (uint32_t)b : (uint32_t)b);
    return (int32_t)((a < 0) != (b < 0) ? 0 - quotient : quotient);
}

uint64_t __udivdi3(uint64_t a, uint64_t b) {
    uint64_t rest;
    return divide_long(a, b, &rest);
}

uint64_t __umoddi3(uint64_t a, uint64_t b) {
    uint64_t rest;
    (void)divide_long(a, b, &rest);
    return rest;
}

/* By halves of 16 bits, so that no 64-bit product is asked of the compiler. */
static uint64_t multiply_words(uint32_t a, uint32_t b) {
    uint32_t low = (a & 0xFFFF) * (b & 0xFFFF);
    uint32_t middle = (a >> 16) * (b & 0xFFFF) + (low >> 16);
    uint32_t other = (a & 0xFFFF) * (b >> 16) + (middle & 0xFFFF);
    uint32_t high = (a >> 16) * (b >> 16) + (middle >> 16) + (other >> 16);
    return (uint64_t)high << 32 | other << 16 | (low & 0xFFFF);
}

uint64_t __muldi3(uint64_t a, uint64_t b) {
    uint32_t cross = (uint32_t)a * (uint32_t)(b >> 32) + (uint32_t)(a >> 32) * (uint32_t)b;
    return multiply_words((uint32_t)a, (uint32_t)b) + ((uint64_t)cross << 32);
}
