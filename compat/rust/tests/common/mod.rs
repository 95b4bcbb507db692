// SPDX-License-Identifier: MIT
//! Heaps for tests, and random numbers that a failure can be repeated with.

#![allow(dead_code)] // each test uses some of it

use capheap::{EspHeap, HeapRegion, MemoryCapabilities, MemoryCapability};

pub const INTERNAL: MemoryCapability = MemoryCapability::Internal;
pub const EXTERNAL: MemoryCapability = MemoryCapability::External;

pub fn none() -> MemoryCapabilities {
    MemoryCapabilities::empty()
}

/// Memory that stays for the rest of the program, aligned to 8.
pub fn memory(size: usize) -> *mut u8 {
    Box::leak(vec![0u64; size / 8].into_boxed_slice()).as_mut_ptr().cast()
}

pub fn region(size: usize, capabilities: MemoryCapabilities) -> HeapRegion {
    unsafe { HeapRegion::new(memory(size), size, capabilities) }
}

/// A heap with a region for each, in this order.
pub fn heap(regions: &[(usize, MemoryCapability)]) -> &'static EspHeap {
    let heap: &EspHeap = Box::leak(Box::new(EspHeap::empty()));
    for &(size, capability) in regions {
        unsafe { heap.add_region(region(size, capability.into())) };
    }
    heap
}

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Mostly small, now and then large: from 1 up to `limit`.
    pub fn size(&mut self, limit: usize) -> usize {
        let bits = self.below(usize::BITS as usize - limit.leading_zeros() as usize);
        1 + self.below((2usize << bits).min(limit))
    }
}
