//! What a caller can choose about a compilation, and what it is told while it runs.

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
    /// The target triple. `None` is this machine, with all of its CPU's features; a triple means a baseline CPU.
    pub target: Option<String>,
    /// Optimisation.
    pub opt_level: OptLevel,
    /// Guard indices of handle tables against speculative out-of-bounds reads.
    pub spectre_guard: bool,
    /// Entries of address space to reserve for each component instance's handle table. The greatest quota a host can
    /// set later. At most 2^28.
    pub handle_capacity: u32,
    /// Keep source lines for backtraces where the input has debugging information.
    pub debug_lines: bool,
}

impl Default for CompileOptions {
    fn default() -> Self {
        /// 4 Mi handles: 64 MiB of address space for each component instance.
        const HANDLE_CAPACITY: u32 = 1 << 22;
        CompileOptions {
            target: None,
            opt_level: OptLevel::default(),
            spectre_guard: true,
            handle_capacity: HANDLE_CAPACITY,
            debug_lines: true,
        }
    }
}

/// Is told how a compilation gets on. Called from several threads.
pub trait Progress: Sync {
    /// Compilation of this many functions begins.
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
