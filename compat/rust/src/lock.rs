// SPDX-License-Identifier: MIT
//! The lock that the C library asks for (`capheap/port.h`). `posix` and `single-thread` are files of
//! ports/; this is the one written in Rust.

#[cfg(feature = "critical-section")]
mod port {
    use crate::ffi::numbers;
    use core::ffi::c_void;
    use critical_section::RestoreState;

    // Locks are given back in reverse order, as critical sections must be, so that each can keep the
    // state that it found.
    const _: () = assert!(core::mem::size_of::<RestoreState>() <= numbers::LOCK_SIZE);

    #[no_mangle]
    extern "C" fn capheap_port_lock_init(_lock: *mut c_void) {}

    #[no_mangle]
    unsafe extern "C" fn capheap_port_lock(lock: *mut c_void) {
        let state = critical_section::acquire();
        lock.cast::<RestoreState>().write_unaligned(state);
    }

    #[no_mangle]
    unsafe extern "C" fn capheap_port_unlock(lock: *mut c_void) {
        critical_section::release(lock.cast::<RestoreState>().read_unaligned());
    }
}

/// Run `action` while nobody else runs one: for the few instructions that begin to add a region.
#[cfg(feature = "critical-section")]
pub(crate) fn exclusively<R>(action: impl FnOnce() -> R) -> R {
    critical_section::with(|_| action())
}

/// The same where threads can wait for each other.
#[cfg(all(not(feature = "critical-section"), target_has_atomic = "8"))]
pub(crate) fn exclusively<R>(action: impl FnOnce() -> R) -> R {
    use core::sync::atomic::{AtomicBool, Ordering};
    static TAKEN: AtomicBool = AtomicBool::new(false);
    while TAKEN.compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
        core::hint::spin_loop();
    }
    let result = action();
    TAKEN.store(false, Ordering::Release);
    result
}

/// One core without compare-and-swap, and no critical section: `add_region` documents that its calls
/// must not overlap.
#[cfg(not(any(feature = "critical-section", target_has_atomic = "8")))]
pub(crate) fn exclusively<R>(action: impl FnOnce() -> R) -> R {
    action()
}
