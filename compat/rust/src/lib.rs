// SPDX-License-Identifier: MIT
//! A heap for chips whose memories are not all alike, with the names of
//! [esp-alloc](https://crates.io/crates/esp-alloc), over the C library capheap.
//!
//! A program of esp-alloc needs one line changed, in its `Cargo.toml`, and runs on capheap:
//!
//! ```toml
//! esp-alloc = { package = "capheap", version = "0.1", features = ["esp32s3"] }
//! ```
//!
//! # The global allocator
//!
//! [`HEAP`] is it (feature `global-allocator`, on by default). It has no memory until it is given some:
//!
//! ```
//! use capheap as esp_alloc; // not needed with the line above
//!
//! esp_alloc::heap_allocator!(size: 64 * 1024);
//! println!("{}", esp_alloc::HEAP.stats());
//! ```
//!
//! [`psram_allocator!`] adds external memory, [`EspHeap::add_region`] any. Requests are served from the
//! first region that can, in the order in which they were added.
//!
//! # Allocators for single containers
//!
//! [`InternalMemory`], [`ExternalMemory`], [`AtomicMemory`], [`DmaCompatibleInternalMemory`],
//! [`DmaCompatibleExternalMemory`] and [`AnyMemory`] take from [`HEAP`]; an [`EspHeap`] of one's own takes
//! from its own regions. All implement `Allocator` of the crate `allocator-api2` (feature
//! `allocator-api2`, on by default) and that of nightly Rust (feature `nightly`):
//!
//! ```ignore
//! let samples = Vec::<u32, _>::with_capacity_in(100_000, esp_alloc::ExternalMemory);
//! ```
//!
//! Without these traits, [`EspHeap::alloc_caps`] asks for capabilities directly:
//!
//! ```
//! use capheap::{EspHeap, HeapRegion, MemoryCapability};
//! use std::alloc::{GlobalAlloc, Layout};
//!
//! static FAST: EspHeap = EspHeap::empty();
//! static mut MEMORY: [u64; 1024] = [0; 1024];
//!
//! unsafe {
//!     let start = std::ptr::addr_of_mut!(MEMORY) as *mut u8;
//!     FAST.add_region(HeapRegion::new(start, 8192, MemoryCapability::Internal.into()));
//!     let layout = Layout::new::<[u32; 100]>();
//!     let block = FAST.alloc_caps(MemoryCapability::Internal.into(), layout);
//!     assert!(!block.is_null());
//!     assert!(FAST.alloc_caps(MemoryCapability::External.into(), layout).is_null());
//!     FAST.dealloc(block, layout);
//! }
//! assert_eq!(FAST.used(), 0);
//! ```
//!
//! # Atomics in PSRAM
//!
//! On Xtensa chips (ESP32, ESP32-S2, ESP32-S3) atomic instructions don't work in PSRAM: an `Arc`, a
//! `Mutex` or an `Atomic*` there is a data race. External memory of these chips therefore never
//! serves a request that names [`MemoryCapability::Atomic`], and [`AtomicMemory`] is the allocator
//! that names it. A plain request names nothing, and gets PSRAM when the regions before it are
//! full, as in esp-alloc; with the feature `atomic-safe` it names `Atomic`, so that what goes to PSRAM is
//! what asks for it.
//!
//! # Misuse
//!
//! Every pointer that is given back is checked, in every build. A double free, a pointer into a block, a
//! foreign one, or a free block that was written into stops the program with a panic that names address,
//! block and fault.
//!
#![cfg_attr(feature = "document-features", doc = "# Features")]
#![cfg_attr(feature = "document-features", doc = document_features::document_features!())]
#![no_std]
#![cfg_attr(feature = "nightly", feature(allocator_api))]
#![warn(missing_docs)]
// Without a trait to implement, the allocators' bodies have no caller.
#![cfg_attr(not(any(feature = "nightly", feature = "allocator-api2")), allow(dead_code))]

mod allocators;
mod capability;
mod fault;
mod ffi;
mod heap;
mod hooks;
mod lock;
mod macros;
#[cfg(feature = "compat")]
pub mod malloc;
mod stats;
#[cfg(feature = "internal-heap-stats")]
mod totals;

pub use allocators::{
    AnyMemory, AtomicMemory, DmaCompatibleExternalMemory, DmaCompatibleInternalMemory,
    ExternalMemory, InternalMemory,
};
pub use capability::{MemoryCapabilities, MemoryCapability};
pub use heap::{EspHeap, HeapRegion, RegionError};
pub use stats::{HeapStats, RegionStats};

/// Crates whose types are part of this one's.
pub mod export {
    #[cfg(feature = "enumset")]
    pub use enumset;
}

/// Regions that one heap can have: 3, as in esp-alloc, or what the environment variable
/// `CAPHEAP_REGIONS` said when the crate was compiled (1 to 255).
pub const REGIONS: usize = ffi::numbers::REGIONS;

/// The heap of the macros and of the allocators by kind of memory; the global allocator, if the feature
/// of that name is on.
#[cfg_attr(all(feature = "global-allocator", not(test)), global_allocator)]
pub static HEAP: EspHeap = EspHeap::empty();
