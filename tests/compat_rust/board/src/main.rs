// SPDX-License-Identifier: MIT
//! A firmware as programs of esp-alloc are, on a Cortex-M3 with PSRAM: collections, C code that calls
//! `malloc`, an interrupt that allocates while the main loop does, and a double free at the end.
//! Exit code 0 if all went well.
#![no_std]
#![no_main]
#![feature(alloc_error_handler)] // Rust before 1.68 has no handler of its own

extern crate alloc;

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::alloc::{GlobalAlloc, Layout};
use core::arch::asm;
use core::fmt::Write;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use esp_alloc::{MemoryCapability, HEAP};

extern "C" {
    fn putchar(letter: i32) -> i32;
    fn _exit(code: i32) -> !;
    fn strdup(text: *const u8) -> *mut u8;
    fn free(block: *mut u8);
}

struct Console;

impl Write for Console {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        text.bytes().for_each(|letter| {
            unsafe { putchar(letter.into()) };
        });
        Ok(())
    }
}

macro_rules! say {
    ($($what:tt)*) => { writeln!(Console, $($what)*).unwrap() };
}

struct Primask;
critical_section::set_impl!(Primask);

unsafe impl critical_section::Impl for Primask {
    unsafe fn acquire() -> bool {
        let masked: u32;
        asm!("mrs {}, primask", "cpsid i", out(reg) masked);
        masked == 0
    }
    unsafe fn release(enable: bool) {
        if enable {
            asm!("cpsie i");
        }
    }
}

/// What esp-hal has under this name: here the board's PSRAM needs no setting up.
mod psram {
    pub const START: usize = 0x2100_0000;
    pub const BYTES: usize = 16 << 20;
    pub struct Psram;
    impl Psram {
        pub fn new(_peripheral: (), _config: ()) -> Self {
            Psram
        }
        pub fn raw_parts(&self) -> (*mut u8, usize) {
            (START as *mut u8, BYTES)
        }
    }
}

fn in_psram<T>(place: *const T) -> bool {
    (psram::START..psram::START + psram::BYTES).contains(&(place as usize))
}

static MAY_PANIC: AtomicBool = AtomicBool::new(false);

#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    let expected = MAY_PANIC.load(Ordering::Relaxed);
    say!("{}: {}", if expected { "stopped, as it should" } else { "PANIC" }, info);
    unsafe { _exit(if expected { 0 } else { 1 }) }
}

#[alloc_error_handler]
fn no_memory(layout: Layout) -> ! {
    panic!("no memory for {:?}", layout);
}

// ---- An interrupt that allocates.

static TICKS: AtomicUsize = AtomicUsize::new(0);
static INSIDE: AtomicUsize = AtomicUsize::new(0);
static BUSY: AtomicBool = AtomicBool::new(false);

/// SysTick, by its name in picolibc's vector table.
#[no_mangle]
extern "C" fn arm_systick_isr() {
    let ticks = TICKS.load(Ordering::Relaxed) + 1;
    TICKS.store(ticks, Ordering::Relaxed);
    INSIDE.store(
        INSIDE.load(Ordering::Relaxed) + BUSY.load(Ordering::Relaxed) as usize,
        Ordering::Relaxed,
    );
    let list: Vec<usize> = (0..ticks % 50 + 1).collect();
    assert_eq!(list.iter().sum::<usize>(), (ticks % 50) * (ticks % 50 + 1) / 2);
}

fn set_timer(cycles: u32) {
    unsafe {
        (0xe000_e014 as *mut u32).write_volatile(cycles);
        (0xe000_e018 as *mut u32).write_volatile(0);
        (0xe000_e010 as *mut u32).write_volatile(if cycles == 0 { 0 } else { 7 });
    }
}

fn allocate_under_interrupts() {
    let before = HEAP.used();
    set_timer(3001);
    let mut lists: Vec<Vec<u16>> = Vec::new();
    let mut round = 0_u32;
    while INSIDE.load(Ordering::Relaxed) < 300 {
        round = round.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        BUSY.store(true, Ordering::Relaxed);
        if lists.len() < 40 {
            let length = (round >> 24) as u16;
            lists.push((0..length).collect());
        } else {
            let list = lists.swap_remove((round >> 24) as usize % 40);
            assert!(list.iter().copied().eq(0..list.len() as u16));
        }
        BUSY.store(false, Ordering::Relaxed);
    }
    set_timer(0);
    drop(lists);
    assert_eq!(HEAP.used(), before);
    let ticks = TICKS.load(Ordering::Relaxed);
    say!(
        "{} interrupts allocated, {} of them while main did",
        ticks,
        INSIDE.load(Ordering::Relaxed)
    );
}

fn collections() {
    let mut words: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for i in 0..2000_u32 {
        words.entry((i % 100).to_string()).or_default().push(i);
    }
    assert_eq!(words["42"].iter().sum::<u32>(), (0..20).map(|i| 42 + 100 * i).sum());
    assert!(!in_psram(words["42"].as_ptr()));
    // Too large for the internal memory, which comes first.
    let mut samples: Vec<u32> = (0..100_000).collect();
    assert!(in_psram(samples.as_ptr()));
    samples.truncate(100);
    samples.shrink_to_fit();
    assert!(samples.iter().copied().eq(0..100));
    say!("{}", HEAP.stats());
}

/// By addresses that the compiler doesn't see through: it would leave the pair of calls out.
fn c_code() {
    let dup: unsafe extern "C" fn(*const u8) -> *mut u8 = strdup;
    let give: unsafe extern "C" fn(*mut u8) = free;
    unsafe {
        let before = HEAP.used();
        let copy = core::ptr::read_volatile(&dup)(b"text\0".as_ptr());
        assert_eq!(HEAP.used(), before + 8);
        core::ptr::read_volatile(&give)(copy);
        assert_eq!(HEAP.used(), before);
    }
    say!("C's strdup takes from the heap");
}

fn by_capability() {
    let layout = Layout::from_size_align(1000, 8).unwrap();
    unsafe {
        let inside = HEAP.alloc_caps(MemoryCapability::Internal.into(), layout);
        let outside = HEAP.alloc_caps(MemoryCapability::External.into(), layout);
        assert!(!inside.is_null() && !in_psram(inside) && in_psram(outside));
        HEAP.dealloc(inside, layout);
        HEAP.dealloc(outside, layout);
    }
    assert_eq!(HEAP.used(), 0);
}

#[no_mangle]
extern "C" fn main() -> i32 {
    esp_alloc::heap_allocator!(size: 128 * 1024);
    esp_alloc::psram_allocator!((), crate::psram);
    collections();
    c_code();
    allocate_under_interrupts();
    by_capability();
    MAY_PANIC.store(true, Ordering::Relaxed);
    let block = unsafe { HEAP.alloc(Layout::new::<u64>()) };
    (0..2).for_each(|_| unsafe { HEAP.dealloc(block, Layout::new::<u64>()) });
    2
}
