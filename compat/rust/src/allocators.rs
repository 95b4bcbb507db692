// SPDX-License-Identifier: MIT
//! Allocators for single containers: those of [`HEAP`](crate::HEAP) by kind of memory, and every
//! [`EspHeap`]. Each implements the unstable `core::alloc::Allocator` (feature `nightly`) and
//! that of the crate `allocator-api2`.

use core::alloc::Layout;
use core::ptr::{self, NonNull};

use crate::capability::{EXTERNAL_DMA_ALIGN, INTERNAL_DMA_ALIGN};
use crate::{EspHeap, MemoryCapabilities, MemoryCapability, HEAP};

/// All memory of [`HEAP`](crate::HEAP), in the order in which it was added.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnyMemory;

/// Internal memory of [`HEAP`](crate::HEAP).
#[derive(Clone, Copy, Debug, Default)]
pub struct InternalMemory;

/// External memory of [`HEAP`](crate::HEAP): PSRAM. On Xtensa, no place for what holds atomics.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExternalMemory;

/// Memory of [`HEAP`](crate::HEAP) in which atomics work: for what holds an `Arc`, a `Mutex` or an
/// `Atomic*`. Not in esp-alloc.
#[derive(Clone, Copy, Debug, Default)]
pub struct AtomicMemory;

/// Internal memory of [`HEAP`](crate::HEAP) for DMA buffers: start and size are words, or whole cache
/// lines on the ESP32-P4.
#[derive(Clone, Copy, Debug, Default)]
pub struct DmaCompatibleInternalMemory;

/// External memory of [`HEAP`](crate::HEAP) for DMA buffers: start and size are whole cache lines, the
/// longest that the chip can be set to (128 bytes on the ESP32-P4, 64 on the S3 and S31, else 32). The
/// chip's DMA must reach PSRAM at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct DmaCompatibleExternalMemory;

/// Where blocks come from and how they are rounded.
pub(crate) trait Source {
    /// Start and size are multiples of it; 1 leaves them alone.
    const LINE: usize = 1;

    fn heap(&self) -> &EspHeap {
        &HEAP
    }

    fn capabilities(&self) -> MemoryCapabilities;
}

impl Source for EspHeap {
    fn heap(&self) -> &EspHeap {
        self
    }
    fn capabilities(&self) -> MemoryCapabilities {
        MemoryCapabilities::empty()
    }
}

impl Source for AnyMemory {
    fn capabilities(&self) -> MemoryCapabilities {
        MemoryCapabilities::empty()
    }
}

impl Source for InternalMemory {
    fn capabilities(&self) -> MemoryCapabilities {
        MemoryCapability::Internal.into()
    }
}

impl Source for ExternalMemory {
    fn capabilities(&self) -> MemoryCapabilities {
        MemoryCapability::External.into()
    }
}

impl Source for AtomicMemory {
    fn capabilities(&self) -> MemoryCapabilities {
        MemoryCapability::Atomic.into()
    }
}

impl Source for DmaCompatibleInternalMemory {
    const LINE: usize = INTERNAL_DMA_ALIGN;
    fn capabilities(&self) -> MemoryCapabilities {
        MemoryCapability::Internal.into()
    }
}

impl Source for DmaCompatibleExternalMemory {
    const LINE: usize = EXTERNAL_DMA_ALIGN;
    fn capabilities(&self) -> MemoryCapabilities {
        MemoryCapability::External.into()
    }
}

/// Whole lines; `None` if that passes what a layout can have.
fn lined_up<S: Source>(layout: Layout) -> Option<Layout> {
    if S::LINE == 1 {
        return Some(layout);
    }
    Some(layout.align_to(S::LINE).ok()?.pad_to_align())
}

/// A block of no bytes is no block of the heap's.
fn nothing(layout: Layout) -> NonNull<[u8]> {
    let place = ptr::null_mut::<u8>().wrapping_add(layout.align());
    unsafe { NonNull::new_unchecked(ptr::slice_from_raw_parts_mut(place, 0)) }
}

fn whole(ptr: *mut u8, size: usize) -> Option<NonNull<[u8]>> {
    NonNull::new(ptr::slice_from_raw_parts_mut(NonNull::new(ptr)?.as_ptr(), size))
}

pub(crate) fn allocate<S: Source>(source: &S, layout: Layout) -> Option<NonNull<[u8]>> {
    if layout.size() == 0 {
        return Some(nothing(layout));
    }
    let layout = lined_up::<S>(layout)?;
    let ptr = unsafe {
        if S::LINE > 1 {
            source.heap().alloc_lines(source.capabilities(), layout)
        } else {
            source.heap().alloc_caps(source.capabilities(), layout)
        }
    };
    whole(ptr, layout.size())
}

pub(crate) unsafe fn deallocate<S: Source>(source: &S, ptr: NonNull<u8>, layout: Layout) {
    if layout.size() != 0 {
        let size = lined_up::<S>(layout).unwrap_or(layout).size();
        source.heap().give_back(ptr.as_ptr(), size);
    }
}

pub(crate) unsafe fn resize<S: Source>(
    source: &S,
    ptr: NonNull<u8>,
    old: Layout,
    new: Layout,
) -> Option<NonNull<[u8]>> {
    if old.size() != 0 && new.size() != 0 && S::LINE == 1 {
        let place = source.heap().resize(source.capabilities(), ptr.as_ptr(), old, new);
        return whole(place, new.size());
    }
    let place = allocate(source, new)?;
    let copied = old.size().min(new.size());
    ptr::copy_nonoverlapping(ptr.as_ptr(), place.as_ptr().cast(), copied);
    deallocate(source, ptr, old);
    Some(place)
}

pub(crate) unsafe fn grow_zeroed<S: Source>(
    source: &S,
    ptr: NonNull<u8>,
    old: Layout,
    new: Layout,
) -> Option<NonNull<[u8]>> {
    let place = resize(source, ptr, old, new)?;
    let size = place.len();
    place.as_ptr().cast::<u8>().add(old.size()).write_bytes(0, size - old.size());
    Some(place)
}

#[allow(unused_macros)]
macro_rules! implement {
    ($api:path, $error:path: $($source:ty),*) => {
        $(unsafe impl $api for $source {
            fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, $error> {
                super::allocate(self, layout).ok_or($error)
            }

            unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
                super::deallocate(self, ptr, layout);
            }

            unsafe fn grow(
                &self,
                ptr: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, $error> {
                super::resize(self, ptr, old, new).ok_or($error)
            }

            unsafe fn grow_zeroed(
                &self,
                ptr: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, $error> {
                super::grow_zeroed(self, ptr, old, new).ok_or($error)
            }

            unsafe fn shrink(
                &self,
                ptr: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, $error> {
                super::resize(self, ptr, old, new).ok_or($error)
            }
        })*
    };
}

#[cfg(feature = "nightly")]
mod unstable {
    use super::*;
    use core::alloc::{AllocError, Allocator};
    implement!(Allocator, AllocError: EspHeap, AnyMemory, InternalMemory, ExternalMemory,
        AtomicMemory, DmaCompatibleInternalMemory, DmaCompatibleExternalMemory);
}

#[cfg(feature = "allocator-api2")]
mod stable {
    use super::*;
    use allocator_api2::alloc::{AllocError, Allocator};
    implement!(Allocator, AllocError: EspHeap, AnyMemory, InternalMemory, ExternalMemory,
        AtomicMemory, DmaCompatibleInternalMemory, DmaCompatibleExternalMemory);
}
