// SPDX-License-Identifier: MIT
//! The program's own functions that see every block (feature `alloc-hooks`).

use crate::{EspHeap, MemoryCapabilities};

#[cfg(feature = "alloc-hooks")]
extern "Rust" {
    fn _esp_alloc_alloc(heap: &EspHeap, caps: MemoryCapabilities, ptr: usize, size: usize);
    fn _esp_alloc_dealloc(heap: &EspHeap, ptr: usize, size: usize);
}

/// A request was made; `ptr` is NULL if it failed. With no lock held.
#[inline(always)]
#[allow(unused_variables)]
pub(crate) fn allocated(heap: &EspHeap, caps: MemoryCapabilities, ptr: *mut u8, size: usize) {
    #[cfg(feature = "alloc-hooks")]
    unsafe {
        _esp_alloc_alloc(heap, caps, ptr as usize, size);
    }
}

/// A block is about to be given back.
#[inline(always)]
#[allow(unused_variables)]
pub(crate) fn freed(heap: &EspHeap, ptr: *mut u8, size: usize) {
    #[cfg(feature = "alloc-hooks")]
    unsafe {
        _esp_alloc_dealloc(heap, ptr as usize, size);
    }
}
