// SPDX-License-Identifier: MIT
//! The C library's calls and structures, as far as this crate uses them. Sizes of what is the library's
//! own, and the values of its constants, come from its headers (build.rs asks the C compiler); the
//! structures written out here are compared with the headers' when the crate is compiled (sizes) and
//! by a test (every offset).

use core::ffi::c_void;

/// What the C compiler said: sizes, offsets, values.
#[allow(dead_code)]
pub mod numbers {
    include!(concat!(env!("OUT_DIR"), "/numbers.rs"));
}

const WORD: usize = core::mem::size_of::<usize>();

/// `capheap_heap_t`, the library's own.
#[repr(C)]
pub struct Heap([usize; numbers::HEAP_SIZE / WORD]);
/// `capheap_slot_t`, the library's own.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Slot([usize; numbers::SLOT_SIZE / WORD]);

impl Heap {
    pub const EMPTY: Heap = Heap([0; numbers::HEAP_SIZE / WORD]);
}

impl Slot {
    pub const EMPTY: Slot = Slot([0; numbers::SLOT_SIZE / WORD]);
}

pub type Caps = u32;
pub type Status = i32;

#[repr(C)]
pub struct Type {
    pub name: *const u8,
    pub caps: [Caps; 3],
    pub granule: u32,
    pub cache_line: u32,
}

#[repr(C)]
#[derive(Default)]
pub struct Memory {
    pub start: usize,
    pub size: usize,
    pub kind: u8,
    pub flags: u8,
    pub alias_kind: u8,
    pub alias: usize,
}

/// `capheap_request_t`: all zero asks for nothing, so what it has besides these three doesn't matter.
#[repr(C)]
pub struct Request([usize; numbers::REQUEST_SIZE / WORD]);

impl Request {
    pub fn new(size: usize, alignment: usize, caps: Caps) -> Self {
        let mut request = Request([0; numbers::REQUEST_SIZE / WORD]);
        request.0[numbers::REQUEST_BYTES / WORD] = size;
        request.0[numbers::REQUEST_ALIGNMENT / WORD] = alignment;
        let start = request.0.as_mut_ptr().cast::<u8>();
        unsafe { start.add(numbers::REQUEST_CAPS).cast::<Caps>().write(caps) };
        request
    }
}

#[repr(C)]
pub struct Hooks {
    pub event: Option<unsafe extern "C" fn()>,
    pub failure: Option<unsafe extern "C" fn()>,
    pub report: Option<unsafe extern "C" fn(context: *mut c_void, report: *const Report)>,
    pub context: *mut c_void,
}

#[repr(C)]
pub struct Report {
    /// The low byte of an enum that has one byte or four, as the target's C has it; all these targets
    /// are little-endian.
    pub fault: u8,
    pub address: *const c_void,
    pub region: *const c_void,
    pub block: *const c_void,
    pub block_size: usize,
}

/// `capheap_figures_t`, whose fields are all `size_t`.
#[repr(C)]
pub struct Figures([usize; numbers::FIGURES_SIZE / WORD]);

impl Figures {
    pub const NONE: Figures = Figures([0; numbers::FIGURES_SIZE / WORD]);

    pub fn total(&self) -> usize {
        self.0[numbers::FIGURES_TOTAL / WORD]
    }

    pub fn used(&self) -> usize {
        self.0[numbers::FIGURES_USED / WORD]
    }

    pub fn free(&self) -> usize {
        self.0[numbers::FIGURES_FREE / WORD]
    }

    pub fn largest(&self) -> usize {
        self.0[numbers::FIGURES_LARGEST / WORD]
    }

    pub fn regions(&self) -> usize {
        self.0[numbers::FIGURES_REGIONS / WORD]
    }
}

#[cfg(target_endian = "big")]
compile_error!("capheap: `Report::fault` is read as the low byte of a little-endian enum");

macro_rules! same_size {
    ($($rust:ty, $c:ident;)*) => {
        $(const _: () = assert!(core::mem::size_of::<$rust>() == numbers::$c);)*
    };
}

same_size! {
    Heap, HEAP_SIZE;
    Slot, SLOT_SIZE;
    Type, TYPE_SIZE;
    Memory, MEMORY_SIZE;
    Request, REQUEST_SIZE;
    Hooks, HOOKS_SIZE;
    Report, REPORT_SIZE;
    Figures, FIGURES_SIZE;
}
const _: () = assert!(numbers::HEAP_ALIGN <= core::mem::align_of::<Heap>());
const _: () = assert!(numbers::SLOT_ALIGN <= core::mem::align_of::<Slot>());

extern "C" {
    pub fn capheap_init(heap: *mut Heap, slots: *mut Slot, slot_count: usize);
    pub fn capheap_set_hooks(heap: *mut Heap, hooks: *const Hooks);
    pub fn capheap_set_order(heap: *mut Heap, tags: *const u32, count: usize);
    pub fn capheap_add_region(
        heap: *mut Heap,
        kind: *const Type,
        tag: u32,
        memory: *const Memory,
    ) -> Status;
    pub fn capheap_malloc(heap: *mut Heap, size: usize, caps: Caps) -> *mut u8;
    pub fn capheap_aligned_alloc(
        heap: *mut Heap,
        alignment: usize,
        size: usize,
        caps: Caps,
    ) -> *mut u8;
    pub fn capheap_realloc(heap: *mut Heap, ptr: *mut u8, size: usize, caps: Caps) -> *mut u8;
    pub fn capheap_reallocate(heap: *mut Heap, ptr: *mut u8, request: *const Request) -> *mut u8;
    pub fn capheap_free(heap: *mut Heap, ptr: *mut u8);
    pub fn capheap_usable_size(heap: *mut Heap, ptr: *const u8) -> usize;
    pub fn capheap_get_figures(heap: *mut Heap, caps: Caps, figures: *mut Figures);
    pub fn capheap_get_figures_tagged(heap: *mut Heap, tag: u32, figures: *mut Figures);
    pub fn capheap_region_books_size(size: usize, granule: u32) -> usize;
    #[cfg(feature = "internal-heap-stats")]
    pub fn capheap_port_lock_init(lock: *mut c_void);
    #[cfg(feature = "internal-heap-stats")]
    pub fn capheap_port_lock(lock: *mut c_void);
    #[cfg(feature = "internal-heap-stats")]
    pub fn capheap_port_unlock(lock: *mut c_void);
    pub fn capheap_status_text(status: Status) -> *const u8;
    pub fn capheap_fault_text(fault: i32) -> *const u8;
}

/// A text of the C library's, all of which are plain ASCII constants.
///
/// # Safety
/// `text` is NULL or ends with a 0.
pub unsafe fn text(text: *const u8) -> &'static str {
    if text.is_null() {
        return "";
    }
    let mut length = 0;
    while *text.add(length) != 0 {
        length += 1;
    }
    core::str::from_utf8(core::slice::from_raw_parts(text, length)).unwrap_or("?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::mem::MaybeUninit;
    use core::ptr::addr_of;

    macro_rules! same_offset {
        ($rust:ty: $($field:ident = $c:ident),* $(,)?) => {
            let value = MaybeUninit::<$rust>::uninit();
            let base = value.as_ptr();
            $({
                let at = unsafe { addr_of!((*base).$field) } as usize - base as usize;
                assert_eq!(at, numbers::$c, concat!(stringify!($rust), ".", stringify!($field)));
            })*
        };
    }

    #[test]
    fn every_field_lies_where_the_header_has_it() {
        same_offset!(Type: name = TYPE_NAME, caps = TYPE_CAPS, granule = TYPE_GRANULE,
            cache_line = TYPE_CACHE_LINE);
        same_offset!(Memory: start = MEMORY_START, size = MEMORY_BYTES, kind = MEMORY_TYPE,
            flags = MEMORY_FLAGS, alias_kind = MEMORY_ALIAS_KIND, alias = MEMORY_ALIAS);
        same_offset!(Hooks: event = HOOKS_EVENT, failure = HOOKS_FAILURE, report = HOOKS_REPORT,
            context = HOOKS_CONTEXT);
        same_offset!(Report: fault = REPORT_FAULT, address = REPORT_ADDRESS,
            region = REPORT_REGION, block = REPORT_BLOCK, block_size = REPORT_BLOCK_SIZE);
    }

    #[test]
    fn capabilities_have_the_values_that_esp_idf_gave_them() {
        assert_eq!(numbers::CAPS_32BIT, 1 << 1);
        assert_eq!(numbers::CAPS_8BIT, 1 << 2);
        assert_eq!(numbers::CAPS_SPIRAM, 1 << 10);
        assert_eq!(numbers::CAPS_INTERNAL, 1 << 11);
        assert_eq!(numbers::CAPS_DEFAULT, 1 << 12);
        assert_eq!(numbers::CAPS_CACHE_ALIGNED, 1 << 19);
        assert_eq!(numbers::CAPS_ATOMIC, 1 << 30);
    }

    #[test]
    fn the_crate_has_the_version_of_its_headers() {
        let header = [numbers::VERSION_MAJOR, numbers::VERSION_MINOR, numbers::VERSION_PATCH];
        let mut crate_version = env!("CARGO_PKG_VERSION").split('.').map(|part| part.parse());
        assert!(header.iter().all(|part| crate_version.next() == Some(Ok(*part))));
    }
}
