// SPDX-License-Identifier: MIT
//! A heap by its calls: regions, capabilities, sizes, errors, misuse.

mod common;

use capheap::{EspHeap, HeapRegion, MemoryCapabilities, MemoryCapability, REGIONS};
use common::{heap, memory, none, region, EXTERNAL, INTERNAL};
use std::alloc::{GlobalAlloc, Layout};
use std::panic::AssertUnwindSafe;

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

fn get(heap: &EspHeap, size: usize, capabilities: MemoryCapabilities) -> *mut u8 {
    unsafe { heap.alloc_caps(capabilities, layout(size, 8)) }
}

fn put(heap: &EspHeap, block: *mut u8, size: usize) {
    unsafe { heap.dealloc(block, layout(size, 8)) }
}

#[test]
fn a_heap_without_memory_serves_nothing_and_says_so() {
    static EMPTY: EspHeap = EspHeap::empty();
    assert!(get(&EMPTY, 1, none()).is_null());
    assert_eq!((EMPTY.used(), EMPTY.free(), EMPTY.free_caps(INTERNAL.into())), (0, 0, 0));
    let stats = EMPTY.stats();
    assert_eq!((stats.size, stats.current_usage), (0, 0));
    assert!(stats.region_stats.iter().all(Option::is_none));
    assert!(stats.to_string().ends_with("Memory Layout: \n"));
}

#[test]
fn plain_requests_take_the_regions_in_the_order_in_which_they_were_added() {
    // By its own order the C library would take the smaller one first.
    let heap = heap(&[(65536, INTERNAL), (4096, INTERNAL), (65536, EXTERNAL)]);
    let sizes = |heap: &EspHeap| {
        let stats = heap.stats();
        let used = |i: usize| stats.region_stats[i].as_ref().unwrap().used;
        (used(0), used(1), used(2))
    };
    let first = get(heap, 50_000, none());
    assert_eq!(sizes(heap), (50_000, 0, 0));
    let second = get(heap, 3600, none());
    assert_eq!(sizes(heap), (53_600, 0, 0));
    put(heap, second, 3600);
    let third = get(heap, 14_000, none());
    assert_eq!(sizes(heap), (50_000, 0, 14_000));
    for (block, size) in [(first, 50_000), (third, 14_000)] {
        put(heap, block, size);
    }
    assert_eq!(heap.used(), 0);
}

#[test]
fn a_request_gets_memory_that_can_do_what_it_names() {
    let heap = heap(&[(8192, EXTERNAL), (8192, INTERNAL)]);
    let inside = get(heap, 100, INTERNAL.into());
    let outside = get(heap, 100, EXTERNAL.into());
    assert!(!inside.is_null() && !outside.is_null());
    let stats = heap.stats();
    let [external, internal] =
        [0, 1].map(|region| stats.region_stats[region].as_ref().unwrap().used);
    assert_eq!((external, internal), (104, 104));
    assert!(get(heap, 100, INTERNAL | EXTERNAL).is_null());
    let free = [none(), INTERNAL.into(), EXTERNAL.into()].map(|caps| heap.free_caps(caps));
    assert_eq!(free[0], free[1] + free[2]);
    assert_eq!(free[0], heap.free());
    assert_eq!(heap.free_caps(INTERNAL | EXTERNAL), 0);
    // The largest that is promised is had, and no more.
    let largest = heap.largest_caps(INTERNAL.into());
    assert!(get(heap, largest + 1, INTERNAL.into()).is_null());
    assert!(!get(heap, largest, INTERNAL.into()).is_null());
    assert_eq!(heap.largest_caps(INTERNAL.into()), 0);
}

#[test]
fn atomics_are_served_from_external_memory_only_where_they_work_there() {
    let heap = heap(&[(8192, EXTERNAL)]);
    let atomic = get(heap, 100, MemoryCapability::Atomic.into());
    let fails = cfg!(any(feature = "esp32", feature = "esp32s2", feature = "esp32s3"));
    assert_eq!(atomic.is_null(), fails);
    assert_eq!(get(heap, 100, none()).is_null(), fails && cfg!(feature = "atomic-safe"));
}

#[test]
fn memory_declared_as_neither_serves_plain_requests_only() {
    let heap = heap(&[]);
    unsafe { heap.add_region(region(4096, none())) };
    assert!(get(heap, 8, INTERNAL.into()).is_null() && get(heap, 8, EXTERNAL.into()).is_null());
    assert!(get(heap, 8, MemoryCapability::Atomic.into()).is_null());
    if !cfg!(feature = "atomic-safe") {
        assert!(!get(heap, 8, none()).is_null());
    }
    assert!(heap.stats().to_string().contains("Unknown | "));
}

#[test]
fn every_alignment_is_kept() {
    let heap = heap(&[(262_144, INTERNAL)]);
    for shift in 0..14 {
        let layout = layout(100, 1 << shift);
        let block = unsafe { heap.alloc(layout) };
        assert!(!block.is_null());
        assert_eq!(block as usize % layout.align(), 0);
        let grown = unsafe { heap.realloc(block, layout, 5000) };
        assert!(!grown.is_null());
        assert_eq!(grown as usize % layout.align(), 0, "after realloc");
        unsafe { heap.dealloc(grown, layout) };
    }
    assert_eq!(heap.used(), 0);
}

#[test]
fn hostile_sizes_and_alignments_fail_and_change_nothing() {
    let heap = heap(&[(8192, INTERNAL), (8192, EXTERNAL)]);
    let block = get(heap, 100, none());
    let limit = isize::MAX as usize;
    for (size, align) in [(limit, 1), (limit - 7, 8), (limit - 4095, 4096), (1, 1 << 40), (9000, 8)]
    {
        let layout = layout(size, align);
        assert!(unsafe { heap.alloc(layout) }.is_null());
    }
    for size in [limit - 7, 9000] {
        assert!(unsafe { heap.realloc(block, layout(100, 8), size) }.is_null());
    }
    assert_eq!(heap.used(), 104);
    put(heap, block, 100);
    assert_eq!(heap.used(), 0);
}

/// Contents are kept and the rest of the heap is left alone, whether the block grows, shrinks below half
/// or less, can stay where it is or not, and is aligned to more than a granule.
#[test]
fn realloc_keeps_contents_by_every_way() {
    let sizes = [1, 8, 100, 504, 512, 513, 520, 1024, 1032, 5000, 20_000];
    for &(hemmed_in, align) in &[(false, 8), (true, 8), (false, 64)] {
        for &old in &sizes {
            for &new in &sizes {
                let heap = heap(&[(65536, INTERNAL)]);
                let before = layout(old, align);
                let block = unsafe { heap.alloc(before) };
                let fence = if hemmed_in { get(heap, 8, none()) } else { std::ptr::null_mut() };
                (0..old).for_each(|i| unsafe { block.add(i).write(i as u8) });
                let moved = unsafe { heap.realloc(block, before, new) };
                assert!(!moved.is_null() && moved as usize % align == 0);
                let kept = (0..old.min(new)).all(|i| unsafe { moved.add(i).read() } == i as u8);
                assert!(kept, "{} to {}, hemmed in: {}, align {}", old, new, hemmed_in, align);
                unsafe { heap.dealloc(moved, layout(new, align)) };
                put(heap, fence, 8);
                assert_eq!(heap.used(), 0, "{} to {}", old, new);
            }
        }
    }
}

#[test]
fn a_block_grows_where_it_is_if_it_can() {
    let heap = heap(&[(65536, INTERNAL)]);
    let mut blocks = [(); 4].map(|()| get(heap, 10_000, none()));
    blocks.sort();
    let [_, block, next, after] = blocks;
    assert_eq!((next, after), (block.wrapping_add(10_000), next.wrapping_add(10_000)));
    put(heap, next, 10_000);
    let grown = unsafe { heap.realloc(block, layout(10_000, 8), 20_000) };
    assert_eq!(grown, block);
    let trimmed = unsafe { heap.realloc(block, layout(20_000, 8), 12_000) };
    assert_eq!(trimmed, block);
    assert_eq!(heap.used(), 32_000);
}

/// No room for both: the library moves the block down over itself.
#[test]
fn a_block_grows_into_the_space_before_it_when_memory_is_short() {
    let heap = heap(&[(65536, INTERNAL)]);
    let half = heap.largest_caps(none()) / 16 * 8;
    let low = get(heap, half, none());
    let high = get(heap, half - 8, none());
    assert!(!high.is_null());
    (0..half - 8).for_each(|i| unsafe { high.add(i).write(i as u8) });
    put(heap, low, half);
    let moved = unsafe { heap.realloc(high, layout(half - 8, 8), half + 800) };
    assert!(!moved.is_null());
    assert!((0..half - 8).all(|i| unsafe { moved.add(i).read() } == i as u8));
}

#[test]
fn heaps_side_by_side_know_nothing_of_each_other() {
    let [one, two] = [heap(&[(8192, INTERNAL)]), heap(&[(8192, EXTERNAL)])];
    let block = get(one, 1000, none());
    assert_eq!((one.used(), two.used()), (1000, 0));
    assert!(get(two, 8, INTERNAL.into()).is_null());
    put(one, block, 1000);
}

#[test]
fn a_region_tells_beforehand_what_it_will_have_at_least() {
    for size in [512, 4096, 100_000] {
        let place = memory(size + 8);
        let region = |shift| unsafe { HeapRegion::new(place.add(shift), size, INTERNAL.into()) };
        let promised = region(3).stats();
        let heap = heap(&[]);
        unsafe { heap.add_region(region(3)) };
        let got = heap.free();
        assert_eq!((promised.used, promised.free), (0, promised.size));
        assert!(promised.size <= got && got < size, "{} {} {}", promised.size, got, size);
        assert!(got - promised.size < 256, "{} {}", promised.size, got);
    }
}

#[test]
fn a_region_that_cannot_be_added_is_refused_with_the_reason() {
    let heap = heap(&[]);
    let place = memory(8192);
    let add = |start: *mut u8, size: usize| unsafe {
        match heap.try_add_region(HeapRegion::new(start, size, INTERNAL.into())) {
            Ok(()) => String::from("added"),
            Err(error) => error.to_string(),
        }
    };
    let says = |message: String, words: &str| {
        assert!(message.contains(words), "{}, not {}", message, words)
    };
    says(add(place, 0), "region of 0 bytes at 0x");
    says(add(std::ptr::null_mut(), 4096), "region of 4096 bytes at 0x0: ");
    says(add(place, 16), "too small");
    says(add(place, usize::MAX - 100), "address space");
    assert_eq!(heap.free(), 0);
    assert_eq!(add(place, 4096), "added");
    says(add(place.wrapping_add(4000), 4096), "belongs to the heap");
    for _ in 1..REGIONS {
        assert_eq!(add(memory(4096), 4096), "added");
    }
    says(add(memory(4096), 4096), &format!("has {} regions already", REGIONS));
    assert_eq!(heap.stats().region_stats.iter().flatten().count(), REGIONS);
    let panic = std::panic::catch_unwind(AssertUnwindSafe(|| unsafe {
        heap.add_region(region(4096, none()))
    }));
    let panic = *panic.unwrap_err().downcast::<String>().unwrap();
    assert!(panic.starts_with("capheap: region of 4096 bytes at 0x"), "{}", panic);
}

#[cfg(feature = "internal-heap-stats")]
#[test]
fn totals_count_what_was_given_out_and_back() {
    let heap = heap(&[(65536, INTERNAL)]);
    let totals = || {
        let stats = heap.stats();
        (stats.max_usage, stats.total_allocated, stats.total_freed)
    };
    assert_eq!(totals(), (0, 0, 0));
    let one = get(heap, 1000, none());
    let two = get(heap, 1, none());
    assert_eq!(totals(), (1008, 1008, 0));
    put(heap, one, 1000);
    assert_eq!(totals(), (1008, 1008, 1000));
    let two = unsafe { heap.realloc(two, layout(1, 8), 100) };
    assert_eq!(totals(), (1008, 1104, 1000));
    let two = unsafe { heap.realloc(two, layout(100, 8), 60) };
    assert_eq!(totals(), (1008, 1104, 1040));
    put(heap, two, 60);
    assert_eq!(totals(), (1008, 1104, 1104));
    assert!(heap.stats().to_string().contains("\nMax usage: 1008\nTotal freed: 1104\n"));
}

// ---- Misuse: each in a process of its own, which must stop with a message.

const MISUSES: [(&str, &str); 6] = [
    ("free twice", "freed before"),
    ("free inside", "middle of a live block"),
    ("free a stranger", "no region"),
    ("free without memory", "no region"),
    ("realloc after free", "freed before"),
    ("write after free", "written to"),
];

fn misuse(what: &str) {
    let heap = heap(&[(8192, INTERNAL)]);
    let (block, _fence) = (get(heap, 64, none()), get(heap, 64, none()));
    let (other, _fence) = (get(heap, 64, none()), get(heap, 64, none()));
    match what {
        "free twice" => (0..2).for_each(|_| put(heap, block, 64)),
        "free inside" => put(heap, block.wrapping_add(16), 64),
        "free a stranger" => put(heap, memory(64), 64),
        "free without memory" => put(common::heap(&[]), block, 64),
        "realloc after free" => {
            put(heap, block, 64);
            unsafe { heap.realloc(block, layout(64, 8), 2000) };
        }
        "write after free" => {
            put(heap, block, 64);
            put(heap, other, 64);
            for freed in [block, other] {
                unsafe { freed.write_bytes(0xa5, 64) };
            }
            (0..4).for_each(|_| assert!(!get(heap, 64, none()).is_null()));
        }
        _ => panic!("no such misuse: {}", what),
    }
}

#[test]
fn misuse_stops_the_program_with_the_place_and_the_reason() {
    if let Ok(what) = std::env::var("CAPHEAP_TEST_MISUSE") {
        misuse(&what);
        println!("went on");
        return;
    }
    for (what, word) in MISUSES {
        let this = "misuse_stops_the_program_with_the_place_and_the_reason";
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", this, "--nocapture"])
            .env("CAPHEAP_TEST_MISUSE", what)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), None, "{}: not stopped by a signal: {}", what, said);
        assert!(said.contains("capheap: 0x") && said.contains(word), "{}: {}", what, said);
    }
}
