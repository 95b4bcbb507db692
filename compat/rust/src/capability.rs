// SPDX-License-Identifier: MIT
//! What a memory can do, and how that is said to the C library.

use crate::ffi::{numbers, Caps};

/// What a region can do, or a request needs.
///
/// `Internal` and `External` are what a region is declared as; [`Atomic`](Self::Atomic) follows from
/// that and from the chip.
#[derive(Debug)]
#[cfg_attr(feature = "enumset", derive(enumset::EnumSetType))]
#[cfg_attr(not(feature = "enumset"), derive(Clone, Copy, PartialEq, Eq))]
pub enum MemoryCapability {
    /// Inside the chip: it stays there when the flash cache is off.
    Internal,
    /// External memory behind the cache: PSRAM.
    External,
    /// Atomic instructions work there. Not in esp-alloc.
    ///
    /// Internal memory has it. External memory has it, but not on Xtensa chips (ESP32, ESP32-S2,
    /// ESP32-S3), whatever the region is declared as: there the instructions don't work behind the
    /// cache. A region that is declared as neither has it if it is declared.
    Atomic,
}

/// A set of capabilities.
#[cfg(feature = "enumset")]
pub type MemoryCapabilities = enumset::EnumSet<MemoryCapability>;

/// A set of capabilities, with the methods of `enumset::EnumSet` that programs of esp-alloc use.
#[cfg(not(feature = "enumset"))]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MemoryCapabilities {
    bits: u8,
}

#[cfg(not(feature = "enumset"))]
impl MemoryCapabilities {
    /// No capability.
    pub const fn empty() -> Self {
        Self { bits: 0 }
    }

    /// All of them.
    pub const fn all() -> Self {
        Self { bits: 7 }
    }

    /// This one alone.
    pub const fn only(capability: MemoryCapability) -> Self {
        Self { bits: 1 << capability as u8 }
    }

    /// Is it in the set?
    pub const fn contains(&self, capability: MemoryCapability) -> bool {
        self.bits & (1 << capability as u8) != 0
    }

    /// Is all of `other` in the set?
    pub const fn is_superset(&self, other: Self) -> bool {
        self.bits & other.bits == other.bits
    }

    /// Is all of the set in `other`?
    pub const fn is_subset(&self, other: Self) -> bool {
        other.is_superset(*self)
    }

    /// Is nothing in the set?
    pub const fn is_empty(&self) -> bool {
        self.bits == 0
    }

    /// Put one in; false if it was there.
    pub fn insert(&mut self, capability: MemoryCapability) -> bool {
        let new = !self.contains(capability);
        *self |= capability;
        new
    }
}

#[cfg(not(feature = "enumset"))]
mod operators {
    use super::{MemoryCapabilities, MemoryCapability};
    use core::ops::{BitOr, BitOrAssign};

    impl From<MemoryCapability> for MemoryCapabilities {
        fn from(capability: MemoryCapability) -> Self {
            Self::only(capability)
        }
    }

    impl<T: Into<MemoryCapabilities>> BitOr<T> for MemoryCapabilities {
        type Output = Self;
        fn bitor(self, other: T) -> Self {
            Self { bits: self.bits | other.into().bits }
        }
    }

    impl<T: Into<MemoryCapabilities>> BitOrAssign<T> for MemoryCapabilities {
        fn bitor_assign(&mut self, other: T) {
            *self = *self | other;
        }
    }

    impl<T: Into<MemoryCapabilities>> BitOr<T> for MemoryCapability {
        type Output = MemoryCapabilities;
        fn bitor(self, other: T) -> MemoryCapabilities {
            MemoryCapabilities::from(self) | other
        }
    }
}

/// Do atomics fail in external memory? On Xtensa: they do, by the documentation of esp-hal
/// ("Allocating Memory") and of esp-alloc's `psram_allocator!`.
const EXTERNAL_LACKS_ATOMICS: bool =
    cfg!(any(target_arch = "xtensa", feature = "esp32", feature = "esp32s2", feature = "esp32s3"));

/// Bytes of a line of the write-back cache in front of internal memory; 0: none. Only the ESP32-P4 has
/// one (esp-metadata's `soc_internal_memory_cached`).
const INTERNAL_CACHE_LINE: u32 = if cfg!(feature = "esp32p4") { 64 } else { 0 };

/// The same of external memory: the longest that the chip can be set to, as in esp-alloc.
const EXTERNAL_CACHE_LINE: u32 = if cfg!(feature = "esp32p4") {
    128
} else if cfg!(any(feature = "esp32s3", feature = "esp32s31")) {
    64
} else {
    32
};

/// To what a DMA buffer is aligned: start and size.
pub(crate) const INTERNAL_DMA_ALIGN: usize =
    if INTERNAL_CACHE_LINE != 0 { INTERNAL_CACHE_LINE as usize } else { 4 };
pub(crate) const EXTERNAL_DMA_ALIGN: usize = EXTERNAL_CACHE_LINE as usize;

pub(crate) const BYTES: Caps = numbers::CAPS_8BIT;

/// What a request asks the library for.
pub(crate) fn wanted(capabilities: MemoryCapabilities) -> Caps {
    let mut caps = BYTES;
    if capabilities.contains(MemoryCapability::Internal) {
        caps |= numbers::CAPS_INTERNAL;
    }
    if capabilities.contains(MemoryCapability::External) {
        caps |= numbers::CAPS_SPIRAM;
    }
    if capabilities.contains(MemoryCapability::Atomic) {
        caps |= numbers::CAPS_ATOMIC;
    }
    caps
}

/// What a region of these capabilities can do.
pub(crate) fn granted(capabilities: MemoryCapabilities) -> Caps {
    let mut caps = wanted(capabilities) | numbers::CAPS_32BIT | numbers::CAPS_DEFAULT;
    let external = capabilities.contains(MemoryCapability::External);
    if external || capabilities.contains(MemoryCapability::Internal) {
        caps |= numbers::CAPS_ATOMIC;
    }
    if external && EXTERNAL_LACKS_ATOMICS {
        caps &= !numbers::CAPS_ATOMIC;
    }
    caps
}

/// As listings print it, ending with a 0.
pub(crate) fn name(capabilities: MemoryCapabilities) -> &'static str {
    if capabilities.contains(MemoryCapability::Internal) {
        "Internal\0"
    } else if capabilities.contains(MemoryCapability::External) {
        "External\0"
    } else {
        "Unknown\0"
    }
}

pub(crate) fn cache_line(capabilities: MemoryCapabilities) -> u32 {
    if capabilities.contains(MemoryCapability::External) {
        EXTERNAL_CACHE_LINE
    } else {
        INTERNAL_CACHE_LINE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MemoryCapability::{Atomic, External, Internal};

    fn none() -> MemoryCapabilities {
        MemoryCapabilities::empty()
    }

    #[test]
    fn sets_have_what_was_put_in() {
        let both = Internal | Atomic;
        assert!(both.contains(Internal) && both.contains(Atomic) && !both.contains(External));
        assert!(both.is_superset(Internal.into()) && !both.is_superset(External.into()));
        assert!(none().is_empty() && both.is_superset(none()) && none().is_subset(both));
        assert_eq!(both | External, MemoryCapabilities::all());
        let mut set = none();
        assert!(set.insert(External) && !set.insert(External));
        assert_eq!(set, MemoryCapabilities::only(External));
    }

    #[test]
    fn requests_ask_for_no_more_than_they_name() {
        assert_eq!(wanted(none()), numbers::CAPS_8BIT);
        assert_eq!(wanted(Atomic.into()), numbers::CAPS_8BIT | numbers::CAPS_ATOMIC);
        let all = Internal | External;
        let bits = numbers::CAPS_8BIT | numbers::CAPS_INTERNAL | numbers::CAPS_SPIRAM;
        assert_eq!(wanted(all), bits);
    }

    #[test]
    fn atomics_work_in_internal_memory_and_elsewhere_as_the_chip_has_it() {
        let has = |set| granted(set) & numbers::CAPS_ATOMIC != 0;
        assert!(has(Internal.into()));
        assert_eq!(has(External.into()), !EXTERNAL_LACKS_ATOMICS);
        assert_eq!(has(External | Atomic), !EXTERNAL_LACKS_ATOMICS);
        assert!(!has(none()));
        assert!(has(Atomic.into()));
    }
}
