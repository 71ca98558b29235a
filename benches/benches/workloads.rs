//! The workloads under criterion, each contestant measured to the end by itself; the program says
//! why its own harness is not this one. `cargo bench --manifest-path benches/Cargo.toml -- NAME`
//! measures those whose `GROUP/WORKLOAD/CONTESTANT` contains `NAME`.
//!
//! It must not know what a workload does, nor compile a guest whose figures are not asked for.

use anyhow::Result;
use cantilever_benches::contestant::{Contestant, Run};
use cantilever_benches::measure::{Clock, time};
use cantilever_benches::workload::{self, Workload};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};
use std::time::Duration;

/// The contestants' names, in the order of [`Contestant::all`].
const NAMES: [&str; 3] = ["Cantilever", "Wasmtime as shipped", "Wasmtime at its best"];

fn main() -> Result<()> {
    let mut criterion = configured();
    let contestants = Contestant::all()?;
    for workload in workload::all() {
        let clock = Clock::of(workload.driver);
        let mut group = criterion.benchmark_group(format!("{}/{}", workload.group, workload.name));
        for (name, contestant) in NAMES.into_iter().zip(&contestants) {
            measure(&mut group, name, clock, || prepare(&workload, contestant));
        }
        if let Some(bound) = &workload.bound {
            measure(&mut group, "bound", clock, bound);
        }
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}

/// Criterion by the command line. It takes a filter for a regular expression, in which the `+` of
/// `new + drop` would not stand for itself. So a name that comes before all options is taken
/// literally. With `--exact` criterion does so itself.
fn configured() -> Criterion {
    let criterion = Criterion::default().configure_from_args();
    let exact = std::env::args().any(|argument| argument == "--exact");
    match std::env::args().nth(1) {
        Some(name) if !exact && !name.starts_with('-') => criterion.with_filter(name.escape_unicode().to_string()),
        _ => criterion,
    }
}

fn prepare(workload: &Workload, contestant: &Contestant) -> Result<Run> {
    contestant.prepare(&wat::parse_bytes(&workload.guest)?, workload.driver)
}

/// Measures what `prepare` makes. Criterion calls the inner closure not at all if the filter leaves
/// it out, and otherwise many times, of which the first prepares.
fn measure(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, clock: Clock, prepare: impl Fn() -> Result<Run>) {
    let mut prepared = None;
    group.bench_function(name, |bencher| {
        let run = prepared.get_or_insert_with(|| prepare().unwrap_or_else(|error| panic!("{name}: {error:#}")));
        bencher.iter_custom(|count| all(run, count, clock).unwrap_or_else(|error| panic!("{name}: {error:#}")));
    });
}

/// The most iterations that a [`Run`] is asked for at once: guests may count them in a signed
/// `i32`.
const MOST: u32 = i32::MAX.cast_unsigned();

/// The time of `count` iterations.
fn all(run: &mut Run, mut count: u64, clock: Clock) -> Result<Duration> {
    let mut taken = Duration::ZERO;
    while count > 0 {
        let part = u32::try_from(count).map_or(MOST, |rest| rest.min(MOST));
        taken += time(run, part, clock)?;
        count -= u64::from(part);
    }
    Ok(taken)
}
