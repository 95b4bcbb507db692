// SPDX-License-Identifier: MIT
//! Two memories behind one heap and a heap of its own for a task, on a PC: arrays stand for the memories
//! of a chip. `cargo run --example regions --no-default-features --features posix`

use std::alloc::{GlobalAlloc, Layout};

use capheap::{EspHeap, HeapRegion, MemoryCapabilities, MemoryCapability, HEAP};

/// What esp-hal's `Psram` has: where the PSRAM is, and how much.
struct Psram;

impl Psram {
    fn raw_parts(&self) -> (*mut u8, usize) {
        static mut CHIP: [u64; 65536] = [0; 65536];
        #[allow(unused_unsafe)] // Rust before 1.77 asks for it
        let start = unsafe { std::ptr::addr_of_mut!(CHIP) };
        (start.cast(), 512 * 1024)
    }
}

fn take(heap: &EspHeap, size: usize, capabilities: MemoryCapabilities) -> *mut u8 {
    let block = unsafe { heap.alloc_caps(capabilities, Layout::from_size_align(size, 8).unwrap()) };
    println!("{} bytes: {}", size, if block.is_null() { "no memory" } else { "served" });
    block
}

fn main() {
    // In a firmware: #[ram(reclaimed)] for the memory that the boot loader leaves.
    capheap::heap_allocator!(#[link_section = ".dram2_uninit"] size: 64 * 1024);
    let psram = Psram;
    capheap::psram_allocator!(&psram);

    take(&HEAP, 10_000, MemoryCapability::Internal.into());
    take(&HEAP, 300_000, MemoryCapability::External.into());
    take(&HEAP, 100_000, MemoryCapability::Internal.into());
    print!("{}", HEAP.stats());

    static TASK: EspHeap = EspHeap::empty();
    static mut MEMORY: [u64; 512] = [0; 512];
    unsafe {
        let start = std::ptr::addr_of_mut!(MEMORY).cast();
        TASK.add_region(HeapRegion::new(start, 4096, MemoryCapability::Internal.into()));
        let layout = Layout::new::<[u32; 100]>();
        let block = TASK.alloc(layout);
        println!("the task uses {} of {} bytes", TASK.used(), TASK.used() + TASK.free());
        TASK.dealloc(block, layout);
    }
}
