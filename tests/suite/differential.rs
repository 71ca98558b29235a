//! Random core modules do what they did under Wasmtime: results, traps, memories and globals.
//!
//! `differential/wasmtime.txt` has a digest of what each did there, so that this needs no Wasmtime.
//! The package in the folder `differential` of the repository's root made it; it also runs both
//! engines on any number of modules.

#[path = "../differential/mod.rs"]
mod cases;

use cases::generate::Case;
use cases::observe::STACK;
use cases::recorded::{CUT, MODULES, modules};
use cases::subject;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A build without optimisation tries a part of them.
const IN_DEBUG_BUILDS: usize = 200;

/// The recorded digests.
struct Recorded {
    /// Of the modules that they are of.
    modules: u32,
    /// Of outcomes, by seed; `None` where an outcome is cut.
    outcomes: Vec<Option<u32>>,
}

impl Recorded {
    /// `None` when the text is not such a file.
    fn parse(text: &str) -> Option<Recorded> {
        let (first, rest) = text.split_once('\n')?;
        let modules = u32::from_str_radix(first.rsplit_once(MODULES)?.1.trim(), 16).ok()?;
        let digest = |word: &str| (word != CUT).then(|| u32::from_str_radix(word, 16)).transpose().ok();
        let outcomes = rest.split_whitespace().map(digest).collect::<Option<Vec<_>>>()?;
        Some(Recorded { modules, outcomes })
    }
}

/// What is wrong with a seed, if anything is.
fn difference(seed: u64, expected: Option<u32>) -> Option<String> {
    let outcome = catch_unwind(|| subject::run(&Case::new(seed), &subject::options(seed)));
    let Ok(outcome) = outcome else { return Some(format!("seed {seed} panicked")) };
    match expected {
        Some(expected) if outcome.cut || outcome.digest() != expected => Some(format!(
            "seed {seed} differs from Wasmtime; to see how:\n  \
             cargo run --release --manifest-path benches/Cargo.toml -p cantilever-differential -- --from {seed} --to {}",
            seed + 1
        )),
        _ => None,
    }
}

#[test]
fn random_modules_do_what_they_did_under_wasmtime() {
    let recorded = Recorded::parse(include_str!("../differential/wasmtime.txt")).expect("the file is well-formed");
    assert_eq!(
        modules(),
        recorded.modules,
        "the generator (or `wasm-smith`) makes other modules than those recorded; record them anew with\n  \
         cargo run --release --manifest-path benches/Cargo.toml -p cantilever-differential -- --to {} \
         --record tests/differential/wasmtime.txt",
        recorded.outcomes.len()
    );
    let all = if cfg!(debug_assertions) { &recorded.outcomes[..IN_DEBUG_BUILDS] } else { &recorded.outcomes };
    let next = AtomicUsize::new(0);
    let worker = || {
        let claim = || next.fetch_add(1, Ordering::Relaxed);
        let mine = std::iter::from_fn(|| Some(claim()).filter(|seed| *seed < all.len()));
        mine.filter_map(|seed| difference(seed as u64, all[seed])).collect::<Vec<_>>()
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let differences: Vec<String> = thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker).expect("threads start");
        let workers: Vec<_> = (0..cores).map(spawn).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker panicked")).collect()
    });
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
