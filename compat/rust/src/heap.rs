// SPDX-License-Identifier: MIT
//! A heap of several regions.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::fmt::{self, Display, Formatter};
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::capability::{self, BYTES};
use crate::fault::Fault;
use crate::ffi::{self, numbers, Caps, Figures, Hooks, Memory, Request, Status};
use crate::lock::exclusively;
use crate::{HeapStats, MemoryCapabilities, RegionStats, REGIONS};

/// Every block of capheap is aligned to this.
pub(crate) const GRANULE: usize = 8;

/// What a request asks for that names nothing.
const PLAIN: Caps =
    if cfg!(feature = "atomic-safe") { BYTES | numbers::CAPS_ATOMIC } else { BYTES };

/// The regions are tried in the order in which they were added: their tags, in that order.
static ORDER: [u32; REGIONS] = {
    let mut tags = [0; REGIONS];
    let mut i = 0;
    while i < REGIONS {
        tags[i] = i as u32;
        i += 1;
    }
    tags
};

/// A piece of memory for a heap.
pub struct HeapRegion {
    start: *mut u8,
    size: usize,
    capabilities: MemoryCapabilities,
}

// Whoever made it promised that nobody else uses the memory.
unsafe impl Send for HeapRegion {}

impl HeapRegion {
    /// Memory of `size` bytes, anywhere, aligned or not.
    ///
    /// # Safety
    ///
    /// From when it is added to a heap on, for the rest of the program, the memory can be read and
    /// written, is used by nothing else, and can do what `capabilities` says.
    pub unsafe fn new(
        heap_bottom: *mut u8,
        size: usize,
        capabilities: MemoryCapabilities,
    ) -> HeapRegion {
        HeapRegion { start: heap_bottom, size, capabilities }
    }

    /// What the region will have to give, once it is added.
    pub fn stats(&self) -> RegionStats {
        let books = unsafe { ffi::capheap_region_books_size(self.size, 0) };
        let size = self.size.saturating_sub(books) & !(GRANULE - 1);
        RegionStats { size, used: 0, free: size, capabilities: self.capabilities }
    }
}

/// Why a region could not be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegionError {
    start: usize,
    size: usize,
    status: Status,
}

impl Display for RegionError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "region of {} bytes at {:#x}: ", self.size, self.start)?;
        if self.status == STATUS_FULL {
            return write!(
                f,
                "the heap has {} regions already (the environment variable CAPHEAP_REGIONS sets \
                 how many it can have)",
                REGIONS
            );
        }
        f.write_str(unsafe { ffi::text(ffi::capheap_status_text(self.status)) })
    }
}

const STATUS_OK: Status = 0;
const STATUS_FULL: Status = -(numbers::MINUS_ERROR_FULL as Status);

/// A heap of up to [`REGIONS`] regions. Any number of them live side by side; each block goes back to
/// the heap that gave it.
///
/// A heap belongs into a `static`: it must not move once it has a region, which `add_region` sees to.
///
/// Requests may come from any thread, and from interrupts if the lock keeps these out
/// (`critical-section` does). Each takes a bounded number of instructions per region, and a lock for
/// one operation on one region; no lock is held while `realloc` copies.
///
/// A pointer that is no live block of the heap, or a free block that was written into, stops the
/// program: a panic with the address, the block and what is wrong.
pub struct EspHeap {
    heap: UnsafeCell<ffi::Heap>,
    slots: UnsafeCell<[ffi::Slot; REGIONS]>,
    kinds: UnsafeCell<[Kind; REGIONS]>,
    /// The library's heap has been made; changes only under `exclusively`.
    made: AtomicBool,
    /// The first region has been added: from then on the library does its own locking.
    ready: AtomicBool,
    fault: Fault,
    #[cfg(feature = "internal-heap-stats")]
    totals: crate::totals::Totals,
}

/// A region's type for the library, and what it was declared as.
struct Kind {
    kind: ffi::Type,
    /// `None`: no region has it.
    capabilities: Option<MemoryCapabilities>,
}

impl Kind {
    const NONE: Kind = Kind {
        kind: ffi::Type { name: ptr::null(), caps: [0; 3], granule: 0, cache_line: 0 },
        capabilities: None,
    };

    fn of(capabilities: MemoryCapabilities) -> Kind {
        Kind {
            kind: ffi::Type {
                name: capability::name(capabilities).as_ptr(),
                caps: [capability::granted(capabilities), 0, 0],
                granule: 0,
                cache_line: capability::cache_line(capabilities),
            },
            capabilities: Some(capabilities),
        }
    }
}

// The library locks what threads share.
// `kinds[tag]` is written by the call that claims the tag, before the library knows of it.
unsafe impl Sync for EspHeap {}
unsafe impl Send for EspHeap {}

impl EspHeap {
    /// A heap without memory: every request fails.
    pub const fn empty() -> Self {
        EspHeap {
            heap: UnsafeCell::new(ffi::Heap::EMPTY),
            slots: UnsafeCell::new([ffi::Slot::EMPTY; REGIONS]),
            kinds: UnsafeCell::new([Kind::NONE; REGIONS]),
            made: AtomicBool::new(false),
            ready: AtomicBool::new(false),
            fault: Fault::none(),
            #[cfg(feature = "internal-heap-stats")]
            totals: crate::totals::Totals::new(),
        }
    }

    /// Add memory. Requests are served from the first region that has the capabilities and room, in
    /// the order in which they were added. Some of it goes for the books: two bits for eight bytes,
    /// and the heads of the free lists.
    ///
    /// # Panics
    ///
    /// If it can't be added: see [`try_add_region`](Self::try_add_region).
    ///
    /// # Safety
    ///
    /// What [`HeapRegion::new`] asks for. On a target without compare-and-swap, and without the feature
    /// `critical-section`, calls for one heap must not overlap.
    pub unsafe fn add_region(&'static self, region: HeapRegion) {
        if let Err(error) = self.try_add_region(region) {
            panic!("capheap: {}", error);
        }
    }

    /// The same, or why not, and then nothing has changed: there is no room for another region
    /// ([`REGIONS`]); the memory is at address 0, passes the end of the address space, is too small
    /// for its books and one granule, or too large (4 GiB), or some of it belongs to the heap already.
    ///
    /// # Safety
    ///
    /// As for `add_region`.
    pub unsafe fn try_add_region(&'static self, region: HeapRegion) -> Result<(), RegionError> {
        let tag = exclusively(|| self.claim(region.capabilities));
        let status = match tag {
            Some(tag) => self.add(tag, &region),
            None => STATUS_FULL,
        };
        if status == STATUS_OK {
            self.ready.store(true, Ordering::Release);
            return Ok(());
        }
        Err(RegionError { start: region.start as usize, size: region.size, status })
    }

    /// A place for one more region, under `exclusively`.
    fn claim(&'static self, capabilities: MemoryCapabilities) -> Option<usize> {
        if !self.made.load(Ordering::Relaxed) {
            self.make();
            self.made.store(true, Ordering::Relaxed);
        }
        let tag = (0..REGIONS).find(|tag| unsafe { (*self.kind(*tag)).capabilities.is_none() })?;
        unsafe { *self.kind(tag) = Kind::of(capabilities) };
        Some(tag)
    }

    fn make(&'static self) {
        let hooks = Hooks {
            event: None,
            failure: None,
            report: Some(Fault::note),
            context: &self.fault as *const Fault as *mut _,
        };
        unsafe {
            ffi::capheap_init(self.heap(), self.slots.get().cast(), REGIONS);
            ffi::capheap_set_hooks(self.heap(), &hooks);
            // This makes the locks, too: from here on the library serves several threads.
            ffi::capheap_set_order(self.heap(), ORDER.as_ptr(), REGIONS);
        }
        #[cfg(feature = "internal-heap-stats")]
        self.totals.make_lock();
    }

    unsafe fn add(&'static self, tag: usize, region: &HeapRegion) -> Status {
        let memory =
            Memory { start: region.start as usize, size: region.size, ..Memory::default() };
        let kind = ptr::addr_of!((*self.kind(tag)).kind);
        let status = ffi::capheap_add_region(self.heap(), kind, tag as u32, &memory);
        if status != STATUS_OK {
            exclusively(|| *self.kind(tag) = Kind::NONE);
        }
        status
    }

    fn heap(&self) -> *mut ffi::Heap {
        self.heap.get()
    }

    fn kind(&self, tag: usize) -> *mut Kind {
        unsafe { self.kinds.get().cast::<Kind>().add(tag) }
    }

    fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    fn figures(&self, caps: Caps) -> Figures {
        let mut figures = Figures::NONE;
        if self.is_ready() {
            unsafe { ffi::capheap_get_figures(self.heap(), caps, &mut figures) };
        }
        figures
    }

    /// Bytes in live blocks, rounding included.
    pub fn used(&self) -> usize {
        self.figures(0).used()
    }

    /// Bytes not in live blocks, perhaps in many pieces.
    pub fn free(&self) -> usize {
        self.figures(0).free()
    }

    /// The same of the regions that have these capabilities.
    pub fn free_caps(&self, capabilities: MemoryCapabilities) -> usize {
        self.figures(figures_caps(capabilities)).free()
    }

    /// The largest request, in bytes, that the regions with these capabilities can serve now. Not in
    /// esp-alloc.
    pub fn largest_caps(&self, capabilities: MemoryCapabilities) -> usize {
        self.figures(figures_caps(capabilities)).largest()
    }

    /// All figures; they print.
    pub fn stats(&self) -> HeapStats {
        const NONE: Option<RegionStats> = None;
        let mut region_stats = [NONE; REGIONS];
        let (mut size, mut used) = (0, 0);
        for (tag, place) in region_stats.iter_mut().enumerate() {
            *place = self.region_stats(tag);
            if let Some(stats) = place {
                size += stats.size;
                used += stats.used;
            }
        }
        HeapStats {
            region_stats,
            size,
            current_usage: used,
            #[cfg(feature = "internal-heap-stats")]
            max_usage: self.totals.max_usage(),
            #[cfg(feature = "internal-heap-stats")]
            total_allocated: self.totals.allocated(),
            #[cfg(feature = "internal-heap-stats")]
            total_freed: self.totals.freed(),
        }
    }

    fn region_stats(&self, tag: usize) -> Option<RegionStats> {
        if !self.is_ready() {
            return None;
        }
        let mut figures = Figures::NONE;
        unsafe { ffi::capheap_get_figures_tagged(self.heap(), tag as u32, &mut figures) };
        if figures.regions() == 0 {
            return None;
        }
        // It serves, so the call that added it is done with its kind.
        let capabilities = unsafe { (*self.kind(tag)).capabilities }?;
        Some(RegionStats {
            size: figures.total(),
            used: figures.used(),
            free: figures.free(),
            capabilities,
        })
    }

    /// A block of a region with these capabilities, or NULL.
    ///
    /// # Safety
    ///
    /// As for `GlobalAlloc::alloc`: a size of 0 is not allowed (it gives NULL here).
    pub unsafe fn alloc_caps(&self, capabilities: MemoryCapabilities, layout: Layout) -> *mut u8 {
        let caps = if capabilities.is_empty() { PLAIN } else { capability::wanted(capabilities) };
        let ptr = self.take(caps, layout);
        crate::hooks::allocated(self, capabilities, ptr, layout.size());
        ptr
    }

    /// A DMA buffer: as `alloc_caps`, and start and size are whole cache lines.
    pub(crate) unsafe fn alloc_lines(
        &self,
        capabilities: MemoryCapabilities,
        layout: Layout,
    ) -> *mut u8 {
        let caps = capability::wanted(capabilities) | numbers::CAPS_CACHE_ALIGNED;
        let ptr = self.take(caps, layout);
        crate::hooks::allocated(self, capabilities, ptr, layout.size());
        ptr
    }

    unsafe fn take(&self, caps: Caps, layout: Layout) -> *mut u8 {
        if !self.is_ready() {
            return ptr::null_mut();
        }
        let ptr = if layout.align() <= GRANULE {
            ffi::capheap_malloc(self.heap(), layout.size(), caps)
        } else {
            ffi::capheap_aligned_alloc(self.heap(), layout.align(), layout.size(), caps)
        };
        self.fault.check();
        self.count(0, ptr);
        ptr
    }

    pub(crate) unsafe fn give_back(&self, ptr: *mut u8, size: usize) {
        if ptr.is_null() {
            return;
        }
        crate::hooks::freed(self, ptr, size);
        self.count_bytes(self.counted_size(ptr), 0);
        if self.is_ready() {
            ffi::capheap_free(self.heap(), ptr);
        } else {
            self.fault.foreign(ptr);
        }
        self.fault.check();
    }

    /// Change a block's size. The hooks must not see a block as given back after another has it, and
    /// the library's `realloc` would do that: with them, by hand.
    pub(crate) unsafe fn resize(
        &self,
        capabilities: MemoryCapabilities,
        ptr: *mut u8,
        old: Layout,
        new: Layout,
    ) -> *mut u8 {
        if cfg!(feature = "alloc-hooks") {
            let place = self.alloc_caps(capabilities, new);
            if !place.is_null() {
                ptr::copy_nonoverlapping(ptr, place, old.size().min(new.size()));
                self.give_back(ptr, old.size());
            }
            return place;
        }
        let caps = if capabilities.is_empty() { PLAIN } else { capability::wanted(capabilities) };
        self.resize_by_library(caps, ptr, new)
    }

    unsafe fn resize_by_library(&self, caps: Caps, ptr: *mut u8, new: Layout) -> *mut u8 {
        if !self.is_ready() {
            self.fault.foreign(ptr);
        }
        let before = self.counted_size(ptr);
        let place = if new.align() <= GRANULE {
            ffi::capheap_realloc(self.heap(), ptr, new.size(), caps)
        } else {
            let request = Request::new(new.size(), new.align(), caps);
            ffi::capheap_reallocate(self.heap(), ptr, &request)
        };
        self.fault.check();
        if !place.is_null() {
            self.count(before, place);
        }
        place
    }

    /// Bytes that the block really has: its request, rounded up. Not in esp-alloc.
    ///
    /// # Safety
    ///
    /// `ptr` is a live block's of this heap; any other stops the program.
    pub unsafe fn usable_size(&self, ptr: *const u8) -> usize {
        if !self.is_ready() {
            self.fault.foreign(ptr);
        }
        let size = ffi::capheap_usable_size(self.heap(), ptr);
        self.fault.check();
        size
    }

    /// For the totals: 0 where they are not kept.
    unsafe fn counted_size(&self, ptr: *mut u8) -> usize {
        if cfg!(feature = "internal-heap-stats") && self.is_ready() {
            return self.usable_size(ptr);
        }
        0
    }

    unsafe fn count(&self, before: usize, ptr: *mut u8) {
        if cfg!(feature = "internal-heap-stats") && !ptr.is_null() {
            self.count_bytes(before, self.usable_size(ptr));
        }
    }

    #[cfg(feature = "internal-heap-stats")]
    fn count_bytes(&self, before: usize, after: usize) {
        self.totals.change(before, after);
    }

    #[cfg(not(feature = "internal-heap-stats"))]
    fn count_bytes(&self, _before: usize, _after: usize) {}
}

/// For figures: no capability named means every region.
fn figures_caps(capabilities: MemoryCapabilities) -> Caps {
    if capabilities.is_empty() {
        return 0;
    }
    capability::wanted(capabilities)
}

unsafe impl GlobalAlloc for EspHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.alloc_caps(MemoryCapabilities::empty(), layout)
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        self.give_back(ptr, layout.size());
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        match Layout::from_size_align(new_size, layout.align()) {
            Ok(new) => self.resize(MemoryCapabilities::empty(), ptr, layout, new),
            Err(_) => ptr::null_mut(),
        }
    }
}
