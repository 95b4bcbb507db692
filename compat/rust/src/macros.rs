// SPDX-License-Identifier: MIT
//! Regions for [`HEAP`](crate::HEAP) in one line.

/// Give [`HEAP`](crate::HEAP) a static array of `size` bytes of internal memory.
///
/// Attributes go to the array, so that it can lie in a section of its own: with esp-hal,
/// `#[ram(reclaimed)]` is the memory that the boot loader leaves behind.
///
/// ```
/// use capheap as esp_alloc;
///
/// # fn main() {
/// esp_alloc::heap_allocator!(size: 64 * 1024);
/// esp_alloc::heap_allocator!(#[link_section = ".dram2_uninit"] size: 32 * 1024);
/// assert!(esp_alloc::HEAP.free() > 90 * 1024);
/// # }
/// ```
///
/// esp-alloc's form before 0.7, `heap_allocator!(64 * 1024)`, is taken too. A line that runs twice
/// panics, for its memory belongs to the heap already.
#[macro_export]
macro_rules! heap_allocator {
    ($(#[$attribute:meta])* size: $size:expr) => {{
        $(#[$attribute])*
        static mut HEAP: core::mem::MaybeUninit<[u8; $size]> = core::mem::MaybeUninit::uninit();

        #[allow(unused_unsafe)]
        unsafe {
            $crate::HEAP.add_region($crate::HeapRegion::new(
                core::ptr::addr_of_mut!(HEAP) as *mut u8,
                $size,
                $crate::MemoryCapability::Internal.into(),
            ));
        }
    }};
    ($size:expr) => {
        $crate::heap_allocator!(size: $size)
    };
}

/// Give [`HEAP`](crate::HEAP) all of the PSRAM, as external memory.
///
/// - `psram_allocator!(peripherals.PSRAM, esp_hal::psram)`: set up the PSRAM, by the module's `Psram`;
/// - `psram_allocator!(peripherals.PSRAM, esp_hal::psram, config)`: the same with a configuration;
/// - `psram_allocator!(&psram)`: PSRAM that is set up already, anything with `raw_parts()`, which gives
///   its start and its bytes.
///
/// Panics if no PSRAM was found (0 bytes).
///
/// On ESP32, ESP32-S2 and ESP32-S3 atomics don't work in PSRAM. Requests that name
/// [`MemoryCapability::Atomic`](crate::MemoryCapability::Atomic) never get it there; with the feature
/// `atomic-safe`, plain ones don't either.
///
/// ```
/// # use capheap as esp_alloc;
/// # struct Psram;
/// # impl Psram { fn raw_parts(&self) -> (*mut u8, usize) {
/// #     (Box::leak(vec![0u8; 65536].into_boxed_slice()).as_mut_ptr(), 65536)
/// # } }
/// let psram = Psram;
/// esp_alloc::psram_allocator!(&psram);
/// assert!(esp_alloc::HEAP.free_caps(esp_alloc::MemoryCapability::External.into()) > 60_000);
/// ```
#[macro_export]
macro_rules! psram_allocator {
    ($peripheral:expr, $psram_module:path) => {
        $crate::psram_allocator!($peripheral, $psram_module, Default::default())
    };
    ($peripheral:expr, $psram_module:path, $config:expr) => {{
        use $psram_module as _psram;
        let psram = _psram::Psram::new($peripheral, $config);
        $crate::psram_allocator!(&psram);
    }};
    (&$psram:ident) => {{
        let (start, size) = $psram.raw_parts();
        #[allow(unused_unsafe)]
        unsafe {
            $crate::HEAP.add_region($crate::HeapRegion::new(
                start,
                size,
                $crate::MemoryCapability::External.into(),
            ));
        }
    }};
}
