// SPDX-License-Identifier: MIT
//! Every feature at once, as the global allocator of a real program: this one, with the test harness
//! in it. The chip is an ESP32, where PSRAM can't hold atomics, and `atomic-safe` is on.
#![feature(allocator_api)]

mod common;

use capheap as esp_alloc;

use esp_alloc::export::enumset::EnumSet;
use esp_alloc::{
    AnyMemory, AtomicMemory, DmaCompatibleExternalMemory, DmaCompatibleInternalMemory, EspHeap,
    ExternalMemory, InternalMemory, MemoryCapability, HEAP,
};
use std::alloc::{Allocator, GlobalAlloc, Layout};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const INSIDE: usize = 8 << 20;
const OUTSIDE: usize = 16 << 20;
static mut PSRAM_CHIP: [u64; OUTSIDE / 8] = [0; OUTSIDE / 8];

/// What esp-hal has under this name, as far as `psram_allocator!` knows of it.
mod psram {
    #[derive(Default)]
    pub struct PsramConfig;
    pub struct Psram;
    impl Psram {
        pub fn new(_peripheral: &str, _config: PsramConfig) -> Self {
            Psram
        }
        pub fn raw_parts(&self) -> (*mut u8, usize) {
            (super::psram_start() as *mut u8, super::OUTSIDE)
        }
    }
}

/// Before main, as a firmware's first lines: the harness allocates from the first on.
#[used]
#[link_section = ".init_array"]
static START: extern "C" fn() = start;

extern "C" fn start() {
    esp_alloc::heap_allocator!(#[link_section = ".dram2_uninit"] size: INSIDE);
    esp_alloc::psram_allocator!("PSRAM", self::psram);
}

#[allow(unused_unsafe)] // Rust before 1.77 asks for it
fn psram_start() -> usize {
    unsafe { std::ptr::addr_of!(PSRAM_CHIP) as usize }
}

fn outside<T>(place: *const T) -> bool {
    let start = psram_start();
    (start..start + OUTSIDE).contains(&(place as usize))
}

// ---- The program's hooks: they count what concerns one heap.

static WATCHED: EspHeap = EspHeap::empty();
static TAKEN: AtomicUsize = AtomicUsize::new(0);
static GIVEN: AtomicUsize = AtomicUsize::new(0);
static FAILED: AtomicUsize = AtomicUsize::new(0);

#[no_mangle]
fn _esp_alloc_alloc(heap: &EspHeap, caps: EnumSet<MemoryCapability>, ptr: usize, size: usize) {
    if std::ptr::eq(heap, &WATCHED) {
        assert!(caps.is_subset(MemoryCapability::Internal.into()));
        let count = if ptr == 0 { &FAILED } else { &TAKEN };
        count.fetch_add(size, Ordering::Relaxed);
    }
}

#[no_mangle]
fn _esp_alloc_dealloc(heap: &EspHeap, ptr: usize, size: usize) {
    if std::ptr::eq(heap, &WATCHED) {
        assert!(ptr != 0);
        GIVEN.fetch_add(size, Ordering::Relaxed);
    }
}

#[test]
fn hooks_see_every_block() {
    let counts = || [&TAKEN, &GIVEN, &FAILED].map(|count| count.load(Ordering::Relaxed));
    unsafe {
        WATCHED.add_region(common::region(8192, MemoryCapability::Internal.into()));
        let layout = Layout::from_size_align(100, 8).unwrap();
        let block = WATCHED.alloc(layout);
        assert_eq!(counts(), [100, 0, 0]);
        let block = WATCHED.realloc(block, layout, 1000);
        assert_eq!(counts(), [1100, 100, 0]);
        WATCHED.dealloc(block, Layout::from_size_align(1000, 8).unwrap());
        assert_eq!(counts(), [1100, 1100, 0]);
        let large = Layout::from_size_align(9000, 8).unwrap();
        assert!(WATCHED.alloc_caps(MemoryCapability::Internal.into(), large).is_null());
        assert_eq!(counts(), [1100, 1100, 9000]);
    }
}

// ---- The global allocator.

#[test]
fn collections_live_in_the_heap_and_never_where_atomics_fail() {
    let before = HEAP.used();
    let mut words: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut lengths = HashMap::new();
    for i in 0..20_000_usize {
        words.entry(format!("word {}", i % 1000)).or_default().push(i);
        *lengths.entry(i % 77).or_insert(0) += i;
    }
    assert_eq!(words["word 7"].iter().sum::<usize>(), (0..20).map(|i| 7 + 1000 * i).sum());
    assert_eq!(lengths.values().sum::<usize>(), 20_000 * 19_999 / 2);
    assert!(HEAP.used() > before);
    assert!(words.values().all(|list| !outside(list.as_ptr())));
    let mut many = Vec::<u8>::new();
    // PSRAM has room for it, but a plain request names atomics here.
    assert!(many.try_reserve_exact(INSIDE + (1 << 20)).is_err());
}

#[test]
fn threads_share_what_the_heap_gave() {
    let sum = Arc::new(Mutex::new(Vec::new()));
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let sum = Arc::clone(&sum);
            std::thread::spawn(move || {
                (0..1000).for_each(|i| sum.lock().unwrap().push(format!("{} {}", number, i)));
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(sum.lock().unwrap().len(), 4000);
    assert!(!outside(Arc::as_ptr(&sum)));
}

// ---- Allocators for single containers, by the trait of nightly Rust.

fn filled<A: Allocator>(count: u32, allocator: A) -> Vec<u32, A> {
    let mut list = Vec::new_in(allocator);
    (0..count).for_each(|i| list.push(i));
    assert!(list.iter().copied().eq(0..count));
    list.truncate(10);
    list.shrink_to_fit();
    assert!(list.iter().copied().eq(0..10));
    list
}

#[test]
fn containers_lie_where_their_allocator_says() {
    assert!(!outside(filled(100_000, InternalMemory).as_ptr()));
    assert!(outside(filled(100_000, ExternalMemory).as_ptr()));
    assert!(!outside(filled(100_000, AtomicMemory).as_ptr()));
    assert!(!outside(filled(100_000, AnyMemory).as_ptr()));
    // Larger than all internal memory.
    let large = Vec::<u8, _>::with_capacity_in(INSIDE + (1 << 20), ExternalMemory);
    assert!(outside(large.as_ptr()));
    let counter = Box::new_in(AtomicUsize::new(1), AtomicMemory);
    assert!(!outside(&*counter));
}

#[test]
fn a_heap_of_ones_own_is_an_allocator() {
    static OWN: EspHeap = EspHeap::empty();
    unsafe { OWN.add_region(common::region(1 << 20, MemoryCapability::External.into())) };
    // The chip's external memory can't hold atomics, which plain requests name here.
    assert!(Box::try_new_in(5, &OWN).is_err());
    static TWO: EspHeap = EspHeap::empty();
    unsafe { TWO.add_region(common::region(1 << 20, MemoryCapability::Internal.into())) };
    let list = filled(50_000, &TWO);
    assert!(TWO.used() >= 40);
    drop(list);
    assert_eq!(TWO.used(), 0);
}

#[test]
fn dma_buffers_are_whole_lines() {
    for size in [1, 31, 32, 33, 100, 4096] {
        let layout = Layout::from_size_align(size, 1).unwrap();
        let block = DmaCompatibleExternalMemory.allocate(layout).unwrap();
        assert_eq!(block.len(), (size + 31) / 32 * 32);
        assert_eq!(block.as_ptr().cast::<u8>() as usize % 32, 0);
        let usable = unsafe { HEAP.usable_size(block.as_ptr().cast()) };
        assert_eq!(usable % 32, 0);
        assert!(outside(block.as_ptr().cast::<u8>()));
        unsafe { DmaCompatibleExternalMemory.deallocate(block.cast(), layout) };

        let block = DmaCompatibleInternalMemory.allocate(layout).unwrap();
        assert_eq!(block.len(), (size + 3) / 4 * 4);
        assert!(!outside(block.as_ptr().cast::<u8>()));
        unsafe { DmaCompatibleInternalMemory.deallocate(block.cast(), layout) };
    }
    let list = filled(1000, DmaCompatibleExternalMemory);
    assert_eq!(list.as_ptr() as usize % 32, 0);
    let wide = Layout::from_size_align(10, 4096).unwrap();
    let block = DmaCompatibleExternalMemory.allocate(wide).unwrap();
    assert_eq!((block.as_ptr().cast::<u8>() as usize % 4096, block.len()), (0, 4096));
    unsafe { DmaCompatibleExternalMemory.deallocate(block.cast(), wide) };
}

// ---- The same by the trait of allocator-api2, call by call.

mod stable {
    use allocator_api2::alloc::Allocator;
    use esp_alloc::{
        AnyMemory, AtomicMemory, DmaCompatibleExternalMemory, DmaCompatibleInternalMemory,
        ExternalMemory, InternalMemory, HEAP,
    };

    use super::*;

    fn grow_and_shrink(allocator: &dyn Fn() -> Box<dyn Allocator>) {
        let allocator = allocator();
        let layout = |size| Layout::from_size_align(size, 16).unwrap();
        unsafe {
            let block = allocator.allocate_zeroed(layout(100)).unwrap().cast::<u8>();
            assert!((0..100).all(|i| block.as_ptr().add(i).read() == 0));
            block.as_ptr().write_bytes(1, 100);
            let block = allocator.grow_zeroed(block, layout(100), layout(3000)).unwrap();
            let block = block.cast::<u8>();
            let expected = |i| u8::from(i < 100);
            assert!((0..3000).all(|i| block.as_ptr().add(i).read() == expected(i)));
            let block = allocator.grow(block, layout(3000), layout(5000)).unwrap().cast::<u8>();
            assert!((0..3000).all(|i| block.as_ptr().add(i).read() == expected(i)));
            let block = allocator.shrink(block, layout(5000), layout(50)).unwrap().cast::<u8>();
            assert!((0..50).all(|i| block.as_ptr().add(i).read() == 1));
            assert_eq!(block.as_ptr() as usize % 16, 0);
            // To nothing and back: no block of the heap's in between.
            let none = allocator.shrink(block, layout(50), layout(0)).unwrap();
            assert_eq!((none.len(), none.as_ptr().cast::<u8>() as usize % 16), (0, 0));
            let block = allocator.grow(none.cast(), layout(0), layout(8)).unwrap();
            allocator.deallocate(block.cast(), layout(8));
        }
        assert!(allocator.allocate(layout(isize::MAX as usize - 31)).is_err());
        assert!(allocator
            .allocate(Layout::from_size_align(isize::MAX as usize, 1).unwrap())
            .is_err());
    }

    #[test]
    fn blocks_grow_and_shrink() {
        grow_and_shrink(&|| Box::new(AnyMemory));
        grow_and_shrink(&|| Box::new(InternalMemory));
        grow_and_shrink(&|| Box::new(ExternalMemory));
        grow_and_shrink(&|| Box::new(AtomicMemory));
        grow_and_shrink(&|| Box::new(DmaCompatibleInternalMemory));
        grow_and_shrink(&|| Box::new(DmaCompatibleExternalMemory));
    }

    #[test]
    fn an_esp_heap_is_one_too() {
        let layout = Layout::from_size_align(64, 8).unwrap();
        let block = Allocator::allocate(&HEAP, layout).unwrap();
        assert!(!outside(block.as_ptr().cast::<u8>()));
        unsafe { Allocator::deallocate(&HEAP, block.cast(), layout) };
    }
}

// ---- Figures.

#[test]
fn stats_print_the_same_by_display_and_defmt() {
    let heap =
        common::heap(&[(65536, MemoryCapability::External), (65536, MemoryCapability::Internal)]);
    let layout = Layout::from_size_align(30_000, 8).unwrap();
    assert!(!unsafe { heap.alloc(layout) }.is_null());
    let stats = heap.stats();
    let text = stats.to_string();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "HEAP INFO");
    assert_eq!(lines[2], "Current usage: 30000");
    assert_eq!(lines[3], "Max usage: 30000");
    assert_eq!(lines[6], "Memory Layout: ");
    assert!(lines[7].starts_with("External | ░") && lines[8].starts_with("Internal | █"));
    assert!(lines[8].contains("Used: 47% (Used 30000 of "));
    assert_eq!(defmt::written(&stats), text.replace("Layout: \n", "Layout:\n"));
}

#[test]
fn c_code_gets_atomics_too() {
    let block = unsafe { esp_alloc::malloc::malloc(100) };
    assert!(!block.is_null() && !outside(block));
    unsafe { esp_alloc::malloc::free(block) };
}
