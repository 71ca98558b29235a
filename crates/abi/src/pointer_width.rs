//! The width of addresses, on which layout and flattening depend. It knows neither of them.

/// The width of addresses in a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum PointerWidth {
    /// 32-bit linear memory.
    W32,
    /// 64-bit linear memory, and the host's memory.
    W64,
}

impl PointerWidth {
    /// `ptr_size`.
    pub const fn bytes(self) -> u32 {
        match self {
            PointerWidth::W32 => 4,
            PointerWidth::W64 => 8,
        }
    }
}
