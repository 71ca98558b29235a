//! What a caller can choose about a compilation, and what it is told while it runs.

use crate::decode::provided::Provided;
use cantilever_abi::block::Supervision;
use cantilever_abi::block::memory::RESERVATION;

/// How much effort Cranelift's optimiser takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OptLevel {
    /// None: fast compilation, slow code, no inlining.
    None,
    /// Fast code.
    #[default]
    Speed,
    /// Fast code that is small.
    SpeedAndSize,
}

/// Choices for a compilation.
#[derive(Debug, Clone)]
pub struct CompileOptions {
    /// The target triple. `None` is this machine, with all of its CPU's features; a triple means a
    /// baseline CPU.
    pub target: Option<String>,
    /// Optimisation.
    pub opt_level: OptLevel,
    /// Dissolve built-ins, adapters and small core functions in their callers. Without it
    /// compilation is cheaper and the code smaller, but handles and calls between components are
    /// slower.
    pub inlining: bool,
    /// Guard indices of handle tables against speculative out-of-bounds reads.
    pub spectre_guard: bool,
    /// Entries of address space to reserve for each component instance's handle table. The greatest
    /// quota a host can set later. At most 2^28.
    pub handle_capacity: u32,
    /// Keep source lines for backtraces where the input has debugging information.
    pub debug_lines: bool,
    /// Core modules and components that the root component imports, to be compiled with it. Offsets
    /// in errors and traps then count them in the places of their imports.
    pub provided: Vec<Provided>,
    /// Record for each handle where it was created and where it was dropped, so that traps about
    /// handles and [`Store::live_handles`](cantilever_runtime::Store::live_handles) can tell. The
    /// code is larger and slower: nothing is inlined.
    pub debug_handles: bool,
    /// Let the host stop a guest that runs, from another thread. Costs a load, a comparison and a
    /// branch in each loop.
    pub interruptible: bool,
    /// Let the host limit how many operators guests run. Costs a few instructions for every
    /// sequence without branches.
    pub fuel: bool,
    /// Bytes of address space to reserve for each memory, beyond which it cannot grow; one that is
    /// larger from the beginning has what it needs. With less than the default of 4 GiB, accesses
    /// to 32-bit memories are compared with their length, as those to 64-bit memories always are.
    pub memory_reservation: u64,
}

impl CompileOptions {
    /// What code does so that the host can keep it in check.
    pub fn supervision(&self) -> Supervision {
        Supervision { interruptible: self.interruptible, fuel: self.fuel }
    }
}

impl Default for CompileOptions {
    fn default() -> Self {
        /// 4 Mi handles: 64 MiB of address space for each component instance.
        const HANDLE_CAPACITY: u32 = 1 << 22;
        CompileOptions {
            target: None,
            opt_level: OptLevel::default(),
            inlining: true,
            spectre_guard: true,
            handle_capacity: HANDLE_CAPACITY,
            debug_lines: true,
            provided: Vec::new(),
            debug_handles: false,
            interruptible: false,
            fuel: false,
            memory_reservation: RESERVATION,
        }
    }
}

/// Is told how a compilation gets on. Called from several threads.
pub trait Progress: Sync {
    /// Compilation begins, of this many functions at most: those that nothing turns out to need are
    /// left out.
    fn start(&self, functions: usize) {
        let _ = functions;
    }

    /// A function has been compiled.
    fn compiled(&self, name: &str) {
        let _ = name;
    }
}

/// Says nothing.
impl Progress for () {}
