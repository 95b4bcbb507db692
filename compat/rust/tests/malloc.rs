// SPDX-License-Identifier: MIT
//! `malloc` and its kin, called as Rust functions: the C library of a PC has its own.

mod common;

use capheap::malloc::{
    calloc, calloc_internal, free, free_internal, get_free_internal_heap_size, malloc,
    malloc_internal, realloc, realloc_internal,
};
use capheap::{HeapRegion, HEAP};
use common::{memory, EXTERNAL, INTERNAL};

unsafe fn used() -> [usize; 2] {
    let stats = HEAP.stats();
    [0, 1].map(|i| stats.region_stats[i].as_ref().unwrap().used)
}

// One test: HEAP is one.
#[test]
fn c_functions_serve_from_the_heap() {
    unsafe {
        assert!(malloc(8).is_null());
        HEAP.add_region(HeapRegion::new(memory(32768), 32768, EXTERNAL.into()));
        HEAP.add_region(HeapRegion::new(memory(8192), 8192, INTERNAL.into()));

        let plain = malloc(100);
        let inside = malloc_internal(100);
        assert_eq!(used(), [104, 104]);
        assert_eq!((plain as usize % 8, inside as usize % 8), (0, 0));
        plain.write_bytes(7, 100);
        let plain = realloc(plain, 3000);
        assert!((0..100).all(|i| plain.add(i).read() == 7));
        assert_eq!(used(), [3000, 104]);
        // The block moves to where it is asked to be.
        let plain = realloc_internal(plain, 2000);
        assert!((0..100).all(|i| plain.add(i).read() == 7));
        assert_eq!(used(), [0, 2104]);
        free(plain);
        free_internal(inside);
        free(core::ptr::null_mut());
        assert_eq!(used(), [0, 0]);

        // Size 0: a block of its own each time, as with esp-alloc.
        let nothing = [malloc(0), malloc(0), calloc(0, 5), realloc(core::ptr::null_mut(), 0)];
        assert!(nothing.iter().all(|block| !block.is_null()) && nothing[0] != nothing[1]);
        let shrunk = realloc(nothing[3], 0);
        assert!(!shrunk.is_null());
        for block in [nothing[0], nothing[1], nothing[2], shrunk] {
            free(block);
        }

        let dirty = malloc(4000);
        dirty.write_bytes(0xff, 4000);
        free(dirty);
        let zeroed = calloc(40, 100);
        assert!((0..4000).all(|i| zeroed.add(i).read() == 0));
        free(zeroed);
        let zeroed = calloc_internal(3, 5);
        assert_eq!(used(), [0, 16]);
        free(zeroed);

        let limit = usize::MAX;
        assert!(calloc(limit / 2, 3).is_null() && calloc_internal(limit, limit).is_null());
        assert!(malloc(limit).is_null() && malloc_internal(limit - 8).is_null());
        let block = malloc(10);
        assert!(realloc(block, limit).is_null() && realloc(block, 1 << 40).is_null());
        free(block);

        let free_inside = get_free_internal_heap_size();
        let inside = malloc_internal(1000);
        assert_eq!(get_free_internal_heap_size(), free_inside - 1000);
        free(inside);
        assert_eq!(used(), [0, 0]);
    }
}
