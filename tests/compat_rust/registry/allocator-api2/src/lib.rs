// SPDX-License-Identifier: MIT
//! `allocator_api2::alloc`: the trait and its error, from their documentation (docs.rs/allocator-api2/0.3).
#![no_std]

pub mod alloc {
    pub use core::alloc::Layout;
    use core::ptr::NonNull;

    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct AllocError;

    #[allow(clippy::missing_safety_doc)]
    pub unsafe trait Allocator {
        fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError>;

        fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
            let block = self.allocate(layout)?;
            unsafe { block.as_ptr().cast::<u8>().write_bytes(0, (*block.as_ptr()).len()) };
            Ok(block)
        }

        unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout);

        // These three have bodies there; here an implementation must not rely on them.
        unsafe fn grow(
            &self,
            ptr: NonNull<u8>,
            old_layout: Layout,
            new_layout: Layout,
        ) -> Result<NonNull<[u8]>, AllocError>;

        unsafe fn grow_zeroed(
            &self,
            ptr: NonNull<u8>,
            old_layout: Layout,
            new_layout: Layout,
        ) -> Result<NonNull<[u8]>, AllocError>;

        unsafe fn shrink(
            &self,
            ptr: NonNull<u8>,
            old_layout: Layout,
            new_layout: Layout,
        ) -> Result<NonNull<[u8]>, AllocError>;

        fn by_ref(&self) -> &Self
        where
            Self: Sized,
        {
            self
        }
    }
}
