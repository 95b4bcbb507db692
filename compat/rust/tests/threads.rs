// SPDX-License-Identifier: MIT
//! Several threads on one heap: blocks are given back by other threads than took them, and memory
//! comes while they run.

mod common;

use capheap::EspHeap;
use common::{none, region, Random, EXTERNAL, INTERNAL};
use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::thread;

const THREADS: usize = 4;
const STEPS: usize = 10_000;
const ADDERS: usize = 2;

struct Parcel {
    start: usize,
    layout: Layout,
    fill: u8,
}

/// Take a block, change its size, send it on. While memory is short, open what has come.
fn work(heap: &'static EspHeap, number: usize, to: Sender<Parcel>, from: Receiver<Parcel>) {
    let mut random = Random(number as u64 + 1);
    let open = |parcel: Parcel| unsafe {
        let start = parcel.start as *mut u8;
        assert!((0..parcel.layout.size()).all(|i| start.add(i).read() == parcel.fill));
        heap.dealloc(start, parcel.layout);
    };
    let layout = |size| Layout::from_size_align(size, 8).unwrap();
    let mut sent = 0;
    while sent < STEPS {
        let capabilities = [none(), INTERNAL.into(), EXTERNAL.into()][random.below(3)];
        let (first, second) = (random.size(2000), random.size(2000));
        let fill = random.below(256) as u8;
        let start = unsafe { heap.alloc_caps(capabilities, layout(first)) };
        if start.is_null() {
            from.try_iter().for_each(open);
            thread::yield_now();
            continue;
        }
        unsafe { start.write_bytes(fill, first) };
        let resized = unsafe { heap.realloc(start, layout(first), second) };
        let (start, size) = if resized.is_null() { (start, first) } else { (resized, second) };
        assert!((0..first.min(size)).all(|i| unsafe { start.add(i).read() } == fill));
        unsafe { start.write_bytes(fill, size) };
        to.send(Parcel { start: start as usize, layout: layout(size), fill }).unwrap();
        sent += 1;
        from.try_iter().take(2).for_each(open);
    }
    drop(to);
    from.iter().for_each(open);
}

#[test]
fn threads_hand_blocks_to_each_other() {
    let heap = common::heap(&[(65536, INTERNAL)]);
    let (senders, mut receivers): (Vec<_>, Vec<_>) = (0..THREADS).map(|_| channel()).unzip();
    receivers.rotate_left(1);
    let threads: Vec<_> = senders
        .into_iter()
        .zip(receivers)
        .enumerate()
        .map(|(number, (to, from))| thread::spawn(move || work(heap, number, to, from)))
        .collect();
    unsafe { heap.add_region(region(65536, EXTERNAL.into())) };
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(heap.used(), 0);
    #[cfg(feature = "internal-heap-stats")]
    {
        let stats = heap.stats();
        assert_eq!(stats.total_allocated, stats.total_freed);
        assert!(stats.max_usage > 0 && stats.max_usage <= stats.size);
    }
}

/// All regions at once, the first among them: each has its place and all are there. The threads wait
/// for each other before each heap, so that their calls meet where two processors are free.
#[test]
fn threads_add_regions_at_the_same_time() {
    const ROUNDS: usize = 2000;
    const SIZE: usize = 256;
    static HERE: AtomicUsize = AtomicUsize::new(0);
    let heaps: Vec<_> = (0..ROUNDS).map(|_| common::heap(&[])).collect();
    let heaps: &'static [_] = heaps.leak();
    let add_all = |_| {
        let regions: Vec<_> = heaps.iter().map(|_| region(SIZE, INTERNAL.into())).collect();
        thread::spawn(move || {
            let mut added = 0;
            for (round, (heap, region)) in heaps.iter().zip(regions).enumerate() {
                HERE.fetch_add(1, Ordering::SeqCst);
                let mut spins = 0;
                while HERE.load(Ordering::SeqCst) < (round + 1) * ADDERS {
                    spins += 1;
                    if spins % 5000 == 0 {
                        thread::yield_now();
                    }
                }
                added += unsafe { heap.try_add_region(region) }.is_ok() as usize;
            }
            added
        })
    };
    let threads: Vec<_> = (0..ADDERS).map(add_all).collect();
    let added: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    assert_eq!(added, ROUNDS * capheap::REGIONS.min(ADDERS));
    for heap in heaps {
        let count = heap.stats().region_stats.iter().flatten().count();
        assert_eq!(count, capheap::REGIONS.min(ADDERS));
    }
}
