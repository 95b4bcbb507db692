// SPDX-License-Identifier: MIT
//! Figures of a heap and of its regions, and how they print.

use crate::{MemoryCapabilities, REGIONS};
use core::fmt::{self, Display, Formatter};

/// Figures of one region, in bytes: `size` is `used` and `free` together.
#[derive(Debug)]
pub struct RegionStats {
    /// All that blocks may take; the allocator's own books are not counted.
    pub size: usize,
    /// In live blocks, rounding included.
    pub used: usize,
    /// Not in live blocks, perhaps in many pieces.
    pub free: usize,
    /// As the region was declared.
    pub capabilities: MemoryCapabilities,
}

/// Figures of a heap, in bytes. Each region's are of one moment; together they are of one moment only
/// while nobody else allocates.
#[derive(Debug)]
pub struct HeapStats {
    /// In the order in which the regions were added.
    pub region_stats: [Option<RegionStats>; REGIONS],
    /// All regions' sizes together.
    pub size: usize,
    /// In live blocks.
    pub current_usage: usize,
    /// The most that `current_usage` ever was.
    #[cfg(feature = "internal-heap-stats")]
    pub max_usage: usize,
    /// All that was ever given out, rounding included.
    #[cfg(feature = "internal-heap-stats")]
    pub total_allocated: u64,
    /// All that was ever given back.
    #[cfg(feature = "internal-heap-stats")]
    pub total_freed: u64,
}

const BAR_WIDTH: usize = 35;

impl RegionStats {
    fn percent(&self) -> usize {
        if self.size == 0 {
            return 0;
        }
        (self.used as u64 * 100 / self.size as u64) as usize
    }

    fn kind(&self) -> &'static str {
        crate::capability::name(self.capabilities).trim_end_matches('\0')
    }
}

fn bar(percent: usize) -> impl Iterator<Item = &'static str> {
    let full = BAR_WIDTH * percent / 100;
    (0..BAR_WIDTH).map(move |cell| if cell < full { "█" } else { "░" })
}

impl Display for RegionStats {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let percent = self.percent();
        write!(f, "{} | ", self.kind())?;
        for cell in bar(percent) {
            f.write_str(cell)?;
        }
        write!(f, " | Used: {}% (", percent)?;
        write!(f, "Used {} of {}, free: {})", self.used, self.size, self.free)
    }
}

impl Display for HeapStats {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "HEAP INFO")?;
        writeln!(f, "Size: {}", self.size)?;
        writeln!(f, "Current usage: {}", self.current_usage)?;
        #[cfg(feature = "internal-heap-stats")]
        {
            writeln!(f, "Max usage: {}", self.max_usage)?;
            writeln!(f, "Total freed: {}", self.total_freed)?;
            writeln!(f, "Total allocated: {}", self.total_allocated)?;
        }
        writeln!(f, "Memory Layout: ")?;
        self.region_stats.iter().flatten().try_for_each(|region| writeln!(f, "{}", region))
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for RegionStats {
    fn format(&self, f: defmt::Formatter<'_>) {
        let percent = self.percent();
        defmt::write!(f, "{} | ", self.kind());
        for cell in bar(percent) {
            defmt::write!(f, "{}", cell);
        }
        let (used, size, free) = (self.used, self.size, self.free);
        defmt::write!(f, " | Used: {}% (Used {} of {}, free: {})", percent, used, size, free);
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for HeapStats {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "HEAP INFO\nSize: {}\n", self.size);
        defmt::write!(f, "Current usage: {}\n", self.current_usage);
        #[cfg(feature = "internal-heap-stats")]
        {
            defmt::write!(f, "Max usage: {}\n", self.max_usage);
            defmt::write!(f, "Total freed: {}\n", self.total_freed);
            defmt::write!(f, "Total allocated: {}\n", self.total_allocated);
        }
        defmt::write!(f, "Memory Layout:\n");
        for region in self.region_stats.iter().flatten() {
            defmt::write!(f, "{}\n", region);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryCapability;

    extern crate std;
    use std::string::ToString;

    fn region(size: usize, used: usize, capabilities: MemoryCapabilities) -> RegionStats {
        RegionStats { size, used, free: size - used, capabilities }
    }

    #[test]
    fn a_region_prints_its_kind_a_bar_and_its_figures() {
        let text = region(131_068, 46_148, MemoryCapability::Internal.into()).to_string();
        let bar = "█".repeat(12) + &"░".repeat(23);
        let figures = "Used: 35% (Used 46148 of 131068, free: 84920)";
        assert_eq!(text, std::format!("Internal | {} | {}", bar, figures));
        assert!(region(8, 8, MemoryCapability::External.into())
            .to_string()
            .starts_with(&("External | ".to_string() + &"█".repeat(35) + " | Used: 100%")));
        assert!(region(8, 0, MemoryCapabilities::empty()).to_string().starts_with("Unknown | ░"));
    }

    #[test]
    fn percents_of_nothing_and_of_much() {
        assert_eq!(region(0, 0, MemoryCapabilities::empty()).percent(), 0);
        assert_eq!(region(0xffff_fff8, 0x7fff_fff8, MemoryCapabilities::empty()).percent(), 49);
    }
}
