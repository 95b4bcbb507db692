/* SPDX-License-Identifier: MIT */
/*
 * Variables that one thread reads without a lock while another may be writing them: each a single
 * word, read and written whole. What was written before a CAPHEAP_WRITE is seen by who reads its
 * value with CAPHEAP_READ_FIRST and goes on from there; CAPHEAP_READ and CAPHEAP_WRITE_ANY alone
 * promise no order. Of two threads that each write one variable, pass a CAPHEAP_FENCE and read the
 * other's, one at least reads what the other wrote.
 *
 * Where the processor has compare-and-swap these are the compiler's atomics, which compile to plain
 * loads and stores, with a barrier where its memory needs one. Where it has none, some compilers
 * turn even an atomic load into a library call; there a volatile access does the same, for such
 * cores do to memory what they are told in the order in which they are told.
 */
#ifndef CAPHEAP_SHARED_H
#define CAPHEAP_SHARED_H

#if __GCC_ATOMIC_POINTER_LOCK_FREE == 2
#define CAPHEAP_READ(variable)             __atomic_load_n(&(variable), __ATOMIC_RELAXED)
#define CAPHEAP_READ_FIRST(variable)       __atomic_load_n(&(variable), __ATOMIC_ACQUIRE)
#define CAPHEAP_WRITE(variable, value)     __atomic_store_n(&(variable), (value), __ATOMIC_RELEASE)
#define CAPHEAP_WRITE_ANY(variable, value) __atomic_store_n(&(variable), (value), __ATOMIC_RELAXED)
#define CAPHEAP_FENCE()                    __atomic_thread_fence(__ATOMIC_SEQ_CST)
#else
#define CAPHEAP_READ(variable) (*(const volatile __typeof__(variable) *)&(variable))
#define CAPHEAP_READ_FIRST(variable)                                                               \
    __extension__({                                                                                \
        __typeof__(variable) value_read_ = CAPHEAP_READ(variable);                                 \
        __atomic_signal_fence(__ATOMIC_ACQUIRE);                                                   \
        value_read_;                                                                               \
    })
#define CAPHEAP_WRITE(variable, value)                                                             \
    do {                                                                                           \
        __atomic_signal_fence(__ATOMIC_RELEASE);                                                   \
        *(volatile __typeof__(variable) *)&(variable) = (value);                                   \
    } while (0)
#define CAPHEAP_WRITE_ANY(variable, value) CAPHEAP_WRITE(variable, value)
#define CAPHEAP_FENCE()                    __atomic_signal_fence(__ATOMIC_SEQ_CST)
#endif

#endif
