//! The options that decide how code is made, shared by the subcommands that compile.

use cantilever::runtime::Config;
use cantilever::{CompileOptions, OptLevel};
use clap::{Args, ValueEnum};

/// How code is made. An object that is compiled already keeps the options it was compiled with.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Code generation")]
pub struct CodeOptions {
    /// What Cranelift optimises for
    #[arg(long = "opt", value_enum, value_name = "LEVEL", default_value = "speed")]
    opt: Opt,

    /// How many handles one component instance may hold at once; one more traps
    ///
    /// An object reserves room for so many, rounded up to whole pages of its table. The default is
    /// 4194303, the maximum 268435455.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MAX_HANDLES))]
    handle_quota: Option<u32>,

    /// Leave every call a call: cheaper compilation, and mostly less code
    ///
    /// Otherwise built-ins, adapters and small functions are inlined into their callers. Without
    /// that, handles and calls between components are slower.
    #[arg(long)]
    no_inlining: bool,

    /// Leave out the guard against speculative reads beyond a handle table
    ///
    /// Every handle index is checked in any case. A processor may guess the outcome of the check,
    /// and the guard keeps it from reading past the table. Without the guard a handle costs less.
    #[arg(long)]
    no_spectre_guard: bool,

    /// Leave out the source lines that backtraces show
    ///
    /// They are taken from the debugging information (DWARF) of the input, if there is any; of a
    /// text, from the text itself.
    #[arg(long)]
    no_debug_lines: bool,

    /// Record where handles are created and dropped
    ///
    /// Traps about a handle then tell where, and `run` lists the handles that are still alive at
    /// the end. The code is slower, and larger where it uses handles.
    #[arg(long)]
    debug_handles: bool,
    /// Let a host stop the code while it runs, as `run --timeout` does
    ///
    /// Each round of a loop looks for an interruption. Functions look for it at no cost.
    #[arg(long)]
    interruptible: bool,

    /// Let a host limit how many operators the code runs, as `run --fuel` does
    #[arg(long)]
    count_fuel: bool,

    /// Address space for each memory; it cannot grow beyond that
    ///
    /// The default is 4294967296, 4 GiB: 32-bit memories then need no checks of bounds. With less,
    /// every access is checked. A memory that begins larger gets what it needs, and cannot grow.
    #[arg(long, value_name = "BYTES")]
    memory_reservation: Option<u64>,
}

/// The specification's greatest number of handles.
const MAX_HANDLES: i64 = (1 << 28) - 1;

/// Optimisation levels, by Cranelift's names.
#[derive(ValueEnum, Debug, Clone, Copy)]
#[value(rename_all = "snake_case")]
enum Opt {
    /// Fast compilation
    None,
    /// Fast code
    Speed,
    /// Fast code, and not more of it than needed
    SpeedAndSize,
}

impl CodeOptions {
    /// The façade's options, for the host.
    pub fn compile_options(&self) -> CompileOptions {
        let defaults = CompileOptions::default();
        CompileOptions {
            opt_level: match self.opt {
                Opt::None => OptLevel::None,
                Opt::Speed => OptLevel::Speed,
                Opt::SpeedAndSize => OptLevel::SpeedAndSize,
            },
            inlining: !self.no_inlining,
            spectre_guard: !self.no_spectre_guard,
            debug_lines: !self.no_debug_lines,
            handle_capacity: self.handle_entries().unwrap_or(defaults.handle_capacity),
            debug_handles: self.debug_handles,
            interruptible: self.interruptible,
            fuel: self.count_fuel,
            memory_reservation: self.memory_reservation.unwrap_or(defaults.memory_reservation),
            ..defaults
        }
    }

    /// Are handles to be debugged?
    pub fn debug_handles(&self) -> bool {
        self.debug_handles
    }

    /// The engine's settings for running.
    pub fn engine_config(&self) -> Config {
        match self.handle_entries() {
            Some(entries) => Config::new().handle_quota(entries),
            None => Config::new(),
        }
    }

    /// Index 0 is never valid and takes an entry all the same.
    fn handle_entries(&self) -> Option<u32> {
        self.handle_quota.map(|quota| quota + 1)
    }
}
