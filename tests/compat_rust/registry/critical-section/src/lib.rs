// SPDX-License-Identifier: MIT
//! `critical_section` 1.x, from its documentation (docs.rs/critical-section): acquire, release, with, and
//! the trait that a program implements. The state to restore is a `bool`, as with the feature
//! `restore-state-bool`.
#![no_std]

use core::marker::PhantomData;

pub type RawRestoreState = bool;

#[derive(Clone, Copy, Debug)]
pub struct RestoreState(RawRestoreState);

#[derive(Clone, Copy, Debug)]
pub struct CriticalSection<'cs>(PhantomData<&'cs ()>);

#[allow(clippy::missing_safety_doc)]
pub unsafe trait Impl {
    unsafe fn acquire() -> RawRestoreState;
    unsafe fn release(restore_state: RawRestoreState);
}

extern "Rust" {
    fn _critical_section_1_0_acquire() -> RawRestoreState;
    fn _critical_section_1_0_release(restore_state: RawRestoreState);
}

/// # Safety
/// Released in reverse order.
pub unsafe fn acquire() -> RestoreState {
    RestoreState(_critical_section_1_0_acquire())
}

/// # Safety
/// In reverse order of `acquire`.
pub unsafe fn release(restore_state: RestoreState) {
    _critical_section_1_0_release(restore_state.0)
}

pub fn with<R>(f: impl FnOnce(CriticalSection<'_>) -> R) -> R {
    let state = unsafe { acquire() };
    let result = f(CriticalSection(PhantomData));
    unsafe { release(state) };
    result
}

#[macro_export]
macro_rules! set_impl {
    ($implementation:ty) => {
        #[no_mangle]
        unsafe fn _critical_section_1_0_acquire() -> $crate::RawRestoreState {
            <$implementation as $crate::Impl>::acquire()
        }
        #[no_mangle]
        unsafe fn _critical_section_1_0_release(restore_state: $crate::RawRestoreState) {
            <$implementation as $crate::Impl>::release(restore_state)
        }
    };
}

/// A lock that the same thread can take again, as the feature `std` of the real crate has it.
#[cfg(feature = "std")]
mod threads {
    extern crate std;
    use core::cell::Cell;
    use core::sync::atomic::{AtomicBool, Ordering};

    static TAKEN: AtomicBool = AtomicBool::new(false);
    std::thread_local!(static MINE: Cell<bool> = const { Cell::new(false) });

    struct Threads;
    crate::set_impl!(Threads);

    unsafe impl crate::Impl for Threads {
        unsafe fn acquire() -> bool {
            let nested = MINE.with(|mine| mine.replace(true));
            while !nested && TAKEN.swap(true, Ordering::Acquire) {
                std::thread::yield_now();
            }
            nested
        }

        unsafe fn release(nested: bool) {
            if !nested {
                MINE.with(|mine| mine.set(false));
                TAKEN.store(false, Ordering::Release);
            }
        }
    }
}
