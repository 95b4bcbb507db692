// SPDX-License-Identifier: MIT
//! Random calls against a plain list of what must be there. A failure names its seed:
//! `CAPHEAP_SEED=n cargo test --test property` repeats it.

mod common;

use capheap::{EspHeap, MemoryCapabilities, MemoryCapability};
use common::{none, Random, EXTERNAL, INTERNAL};
use std::alloc::{GlobalAlloc, Layout};

const STEPS: usize = 10_000;

struct Block {
    start: *mut u8,
    layout: Layout,
    fill: u8,
}

impl Block {
    fn write(&self) {
        unsafe { self.start.write_bytes(self.fill, self.layout.size()) };
    }

    fn holds(&self, size: usize) -> bool {
        (0..size).all(|i| unsafe { self.start.add(i).read() } == self.fill)
    }

    fn end(&self) -> usize {
        self.start as usize + self.layout.size()
    }
}

struct Run {
    heap: &'static EspHeap,
    random: Random,
    blocks: Vec<Block>,
    served: usize,
}

impl Run {
    fn capabilities(&mut self) -> MemoryCapabilities {
        [none(), none(), INTERNAL.into(), EXTERNAL.into(), MemoryCapability::Atomic.into()]
            [self.random.below(5)]
    }

    fn layout(&mut self) -> Layout {
        let align = if self.random.below(4) == 0 { 1 << self.random.below(9) } else { 8 };
        Layout::from_size_align(self.random.size(9000), align).unwrap()
    }

    fn check_apart(&self, index: usize) {
        let block = &self.blocks[index];
        assert_eq!(block.start as usize % block.layout.align(), 0);
        for (i, other) in self.blocks.iter().enumerate() {
            let apart = block.end() <= other.start as usize || other.end() <= block.start as usize;
            assert!(i == index || apart, "two blocks overlap");
        }
    }

    fn take(&mut self) {
        let (capabilities, layout) = (self.capabilities(), self.layout());
        let start = unsafe { self.heap.alloc_caps(capabilities, layout) };
        if start.is_null() {
            return;
        }
        self.served += 1;
        let block = Block { start, layout, fill: self.random.below(256) as u8 };
        block.write();
        self.blocks.push(block);
        self.check_apart(self.blocks.len() - 1);
    }

    fn give(&mut self) {
        let index = self.random.below(self.blocks.len());
        let block = self.blocks.swap_remove(index);
        assert!(block.holds(block.layout.size()), "a block's contents changed");
        unsafe { self.heap.dealloc(block.start, block.layout) };
    }

    fn change(&mut self) {
        let index = self.random.below(self.blocks.len());
        let size = self.random.size(9000);
        let block = &mut self.blocks[index];
        let moved = unsafe { self.heap.realloc(block.start, block.layout, size) };
        if moved.is_null() {
            assert!(block.holds(block.layout.size()), "a failed realloc changed the block");
            return;
        }
        block.start = moved;
        let kept = size.min(block.layout.size());
        assert!(block.holds(kept), "realloc lost contents");
        block.layout = Layout::from_size_align(size, block.layout.align()).unwrap();
        block.write();
        self.check_apart(index);
    }

    fn check_figures(&self) {
        let stats = self.heap.stats();
        let usable = |block: &Block| {
            let size = unsafe { self.heap.usable_size(block.start) };
            assert!(size >= block.layout.size());
            size
        };
        assert_eq!(stats.current_usage, self.blocks.iter().map(usable).sum::<usize>());
        assert_eq!(stats.size - stats.current_usage, self.heap.free());
    }
}

fn run(seed: u64) {
    let heap = common::heap(&[(32768, INTERNAL), (131_072, EXTERNAL)]);
    let all = heap.free();
    let mut run = Run { heap, random: Random(seed), blocks: Vec::new(), served: 0 };
    for step in 0..STEPS {
        match run.random.below(8) {
            _ if run.blocks.is_empty() => run.take(),
            0..=3 => run.take(),
            4 | 5 => run.give(),
            _ => run.change(),
        }
        if step % 64 == 0 {
            run.check_figures();
        }
    }
    while !run.blocks.is_empty() {
        run.give();
    }
    assert_eq!((heap.used(), heap.free()), (0, all));
    assert!(run.served > STEPS / 8, "only {} requests were served", run.served);
}

#[test]
fn random_calls_agree_with_a_plain_list() {
    let fixed = std::env::var("CAPHEAP_SEED").ok().map(|text| text.parse().expect("a number"));
    let seeds = match fixed {
        Some(seed) => seed..seed + 1,
        None => 1..4,
    };
    for seed in seeds {
        println!("seed {}", seed);
        run(seed);
    }
}
