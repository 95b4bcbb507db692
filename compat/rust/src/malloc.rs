// SPDX-License-Identifier: MIT
//! `malloc` and its kin for C code, from [`HEAP`] (feature `compat`). Where the target has no operating
//! system they are exported by their names; elsewhere they are Rust functions only, for the C
//! library there has its own.
//!
//! Blocks are aligned to 8 bytes. A size of 0 gives a block of its own, as in esp-alloc; so does `realloc`
//! to 0. `calloc` fails if the product overflows. `realloc` keeps what the smaller of both sizes
//! holds, and leaves the block alone if it fails.

use core::alloc::Layout;
use core::ptr;

use crate::heap::GRANULE;
use crate::{MemoryCapabilities, MemoryCapability, HEAP};

/// `None`: more bytes than an object can have.
fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size.max(1), GRANULE).ok()
}

unsafe fn take(size: usize, capabilities: MemoryCapabilities) -> *mut u8 {
    match layout(size) {
        Some(layout) => HEAP.alloc_caps(capabilities, layout),
        None => ptr::null_mut(),
    }
}

unsafe fn take_zeroed(number: usize, size: usize, capabilities: MemoryCapabilities) -> *mut u8 {
    let bytes = match number.checked_mul(size) {
        Some(bytes) => bytes,
        None => return ptr::null_mut(),
    };
    let block = take(bytes, capabilities);
    if !block.is_null() {
        block.write_bytes(0, bytes);
    }
    block
}

unsafe fn change(block: *mut u8, size: usize, capabilities: MemoryCapabilities) -> *mut u8 {
    if block.is_null() {
        return take(size, capabilities);
    }
    let new = match layout(size) {
        Some(new) => new,
        None => return ptr::null_mut(),
    };
    let old = Layout::from_size_align_unchecked(HEAP.usable_size(block), GRANULE);
    HEAP.resize(capabilities, block, old, new)
}

fn any() -> MemoryCapabilities {
    MemoryCapabilities::empty()
}

fn internal() -> MemoryCapabilities {
    MemoryCapability::Internal.into()
}

/// A block of any memory, or NULL.
///
/// # Safety
/// Give it back by [`free`].
#[cfg_attr(target_os = "none", no_mangle)]
pub unsafe extern "C" fn malloc(size: usize) -> *mut u8 {
    take(size, any())
}

/// A block of internal memory, or NULL.
///
/// # Safety
/// As `malloc`.
#[cfg_attr(target_os = "none", no_mangle)]
pub unsafe extern "C" fn malloc_internal(size: usize) -> *mut u8 {
    take(size, internal())
}

/// `number * size` bytes, all zero, or NULL.
///
/// # Safety
/// As `malloc`.
#[cfg_attr(target_os = "none", no_mangle)]
pub unsafe extern "C" fn calloc(number: usize, size: usize) -> *mut u8 {
    take_zeroed(number, size, any())
}

/// The same of internal memory.
///
/// # Safety
/// As `malloc`.
#[cfg_attr(target_os = "none", no_mangle)]
pub unsafe extern "C" fn calloc_internal(number: usize, size: usize) -> *mut u8 {
    take_zeroed(number, size, internal())
}

/// Another size for a block, which may move.
///
/// # Safety
/// `block` is NULL or a live block's.
#[cfg_attr(target_os = "none", no_mangle)]
pub unsafe extern "C" fn realloc(block: *mut u8, new_size: usize) -> *mut u8 {
    change(block, new_size, any())
}

/// The same; the block is in internal memory afterwards.
///
/// # Safety
/// As `realloc`.
#[cfg_attr(target_os = "none", no_mangle)]
pub unsafe extern "C" fn realloc_internal(block: *mut u8, new_size: usize) -> *mut u8 {
    change(block, new_size, internal())
}

/// Give a block back, or nothing (NULL).
///
/// # Safety
/// `block` is NULL or a live block's, and not used any more.
#[cfg_attr(target_os = "none", no_mangle)]
pub unsafe extern "C" fn free(block: *mut u8) {
    if !block.is_null() {
        HEAP.give_back(block, HEAP.usable_size(block));
    }
}

/// The same.
///
/// # Safety
/// As `free`.
#[cfg_attr(target_os = "none", no_mangle)]
pub unsafe extern "C" fn free_internal(block: *mut u8) {
    free(block);
}

/// Bytes of internal memory that are free.
#[cfg_attr(target_os = "none", no_mangle)]
pub extern "C" fn get_free_internal_heap_size() -> usize {
    HEAP.free_caps(internal())
}
