// SPDX-License-Identifier: MIT
//! What was ever given out and back, and the most that was in use (feature `internal-heap-stats`).

use crate::ffi::{self, numbers};
use core::cell::UnsafeCell;
use core::mem::size_of;

#[derive(Clone, Copy)]
struct Sums {
    allocated: u64,
    freed: u64,
    max_usage: u64,
}

pub(crate) struct Totals {
    lock: UnsafeCell<[usize; numbers::LOCK_SIZE / size_of::<usize>()]>,
    sums: UnsafeCell<Sums>,
}

impl Totals {
    pub const fn new() -> Self {
        Totals {
            lock: UnsafeCell::new([0; numbers::LOCK_SIZE / size_of::<usize>()]),
            sums: UnsafeCell::new(Sums { allocated: 0, freed: 0, max_usage: 0 }),
        }
    }

    /// Once, before anything else.
    pub fn make_lock(&self) {
        unsafe { ffi::capheap_port_lock_init(self.lock.get().cast()) };
    }

    fn with<R>(&self, action: impl FnOnce(&mut Sums) -> R) -> R {
        unsafe {
            ffi::capheap_port_lock(self.lock.get().cast());
            let result = action(&mut *self.sums.get());
            ffi::capheap_port_unlock(self.lock.get().cast());
            result
        }
    }

    /// A block had `before` bytes and has `after` now. A block is counted before its owner knows it, and
    /// counted out before it is given back: so `freed` never passes `allocated`.
    pub fn change(&self, before: usize, after: usize) {
        self.with(|sums| {
            sums.allocated += after.saturating_sub(before) as u64;
            sums.freed += before.saturating_sub(after) as u64;
            sums.max_usage = sums.max_usage.max(sums.allocated - sums.freed);
        });
    }

    fn sums(&self) -> Sums {
        self.with(|sums| *sums)
    }

    pub fn allocated(&self) -> u64 {
        self.sums().allocated
    }

    pub fn freed(&self) -> u64 {
        self.sums().freed
    }

    pub fn max_usage(&self) -> usize {
        self.sums().max_usage as usize
    }
}
