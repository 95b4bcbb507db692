// SPDX-License-Identifier: MIT
//! Misuse and damage. The C library reports under a lock, where nothing may unwind or allocate; so what
//! it says is written down, and the call that found it stops the program once the library has
//! returned.

use crate::ffi::{self, numbers, Report};
use core::ffi::c_void;
use core::sync::atomic::{fence, AtomicBool, AtomicUsize, Ordering};

/// `CAPHEAP_FAULT_FOREIGN`.
const FOREIGN: usize = numbers::FAULT_FOREIGN;

pub(crate) struct Fault {
    raised: AtomicBool,
    kind: AtomicUsize,
    address: AtomicUsize,
    block: AtomicUsize,
    block_size: AtomicUsize,
}

impl Fault {
    pub const fn none() -> Self {
        Self {
            raised: AtomicBool::new(false),
            kind: AtomicUsize::new(0),
            address: AtomicUsize::new(0),
            block: AtomicUsize::new(0),
            block_size: AtomicUsize::new(0),
        }
    }

    /// The hook; `context` is a `Fault`.
    pub unsafe extern "C" fn note(context: *mut c_void, report: *const Report) {
        let fault = &*context.cast::<Fault>();
        let report = &*report;
        fault.kind.store(report.fault.into(), Ordering::Relaxed);
        fault.address.store(report.address as usize, Ordering::Relaxed);
        fault.block.store(report.block as usize, Ordering::Relaxed);
        fault.block_size.store(report.block_size, Ordering::Relaxed);
        fault.raised.store(true, Ordering::Release);
    }

    /// Stop the program if something was reported.
    #[inline(always)]
    pub fn check(&self) {
        if self.raised.load(Ordering::Relaxed) {
            self.stop();
        }
    }

    /// Stop the program: `ptr` can be no block's, for there is no memory yet.
    #[cold]
    pub fn foreign(&self, ptr: *const u8) -> ! {
        self.kind.store(FOREIGN, Ordering::Relaxed);
        self.address.store(ptr as usize, Ordering::Relaxed);
        self.stop();
    }

    /// Panic with what is known. An allocator must not unwind: if the panic tries to, a second one
    /// makes it an abort.
    #[cold]
    #[inline(never)]
    fn stop(&self) -> ! {
        struct NoUnwinding;
        impl Drop for NoUnwinding {
            fn drop(&mut self) {
                panic!("capheap: an allocator must not unwind");
            }
        }
        // Once: what prints the message may allocate, too.
        self.raised.store(false, Ordering::Relaxed);
        fence(Ordering::Acquire);
        let address = self.address.load(Ordering::Relaxed);
        let block = self.block.load(Ordering::Relaxed);
        let size = self.block_size.load(Ordering::Relaxed);
        let text =
            unsafe { ffi::text(ffi::capheap_fault_text(self.kind.load(Ordering::Relaxed) as i32)) };
        let _guard = NoUnwinding;
        if block == 0 {
            panic!("capheap: {:#x}: {}", address, text);
        }
        panic!("capheap: {:#x}: {} (the block at {:#x}, {} bytes)", address, text, block, size);
    }
}
