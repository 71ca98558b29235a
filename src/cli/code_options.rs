//! The options that decide how code is made, shared by the subcommands that compile.

use crate::runtime::Config;
use crate::{CompileOptions, OptLevel};
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
    /// An object keeps room for so many, rounded up to whole pages of its table; the default is 4194303, the greatest
    /// number 268435455.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MAX_HANDLES))]
    handle_quota: Option<u32>,

    /// Leave out the guard against speculative reads beyond a handle table
    ///
    /// Every handle index is checked in any case. The guard also keeps a processor that guesses the outcome of the check
    /// from reading past the table; without it a handle costs less.
    #[arg(long)]
    no_spectre_guard: bool,

    /// Leave out the source lines that backtraces show
    ///
    /// They are taken from the debugging information (DWARF) of the input, if there is any; of a text, from the text itself.
    #[arg(long)]
    no_debug_lines: bool,
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
            spectre_guard: !self.no_spectre_guard,
            debug_lines: !self.no_debug_lines,
            handle_capacity: self.handle_entries().unwrap_or(defaults.handle_capacity),
            ..defaults
        }
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
