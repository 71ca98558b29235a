//! Interleaved timing: the contestants take turns, and the median of each one's turns counts.
//!
//! What is timed runs on one thread, so its processor time is taken: other work on the machine then
//! disturbs less. Only compilation uses all cores, and is timed by the clock on the wall.

use crate::contestant::{Contestant, Driver, Run};
use crate::workload::Workload;
use anyhow::{Result, ensure};
use std::time::Duration;

/// How long to measure.
#[derive(Clone, Copy)]
pub struct Effort {
    /// What one turn should take.
    turn: Duration,
    /// How many turns each contestant gets.
    turns: usize,
    /// How often each compiles each component.
    pub compilations: usize,
}

impl Effort {
    pub const THOROUGH: Effort = Effort { turn: Duration::from_millis(4), turns: 41, compilations: 7 };
    pub const QUICK: Effort = Effort { turn: Duration::from_millis(1), turns: 15, compilations: 1 };
}

/// Nanoseconds for one iteration.
#[derive(Clone, Copy)]
pub struct Times {
    pub cantilever: f64,
    pub shipped: f64,
    pub best: f64,
    pub bound: Option<f64>,
}

/// Checks that all contestants compute the same, then measures them.
pub fn workload(workload: &Workload, contestants: &[Contestant; 3], effort: Effort) -> Result<Times> {
    let guest = wat::parse_bytes(&workload.guest)?;
    let mut runs = contestants.iter().map(|c| c.prepare(&guest, workload.driver)).collect::<Result<Vec<Run>>>()?;
    let sums = runs.iter_mut().map(|run| run(3)).collect::<Result<Vec<u32>>>()?;
    ensure!(sums.iter().all(|sum| *sum == sums[0]), "the contestants do not agree: {sums:?}");
    runs.extend(workload.bound.as_ref().map(|bound| bound()).transpose()?);
    let clock = Clock::of(workload.driver);
    let medians = medians(&mut runs, effort, clock)?;
    Ok(Times { cantilever: medians[0], shipped: medians[1], best: medians[2], bound: medians.get(3).copied() })
}

/// What time is.
#[derive(Clone, Copy)]
pub enum Clock {
    /// Processor time of the calling thread.
    Thread,
    /// Time that passes.
    Wall,
}

impl Clock {
    /// What workloads that are driven so are timed by.
    pub fn of(driver: Driver) -> Self {
        if let Driver::Compile = driver { Clock::Wall } else { Clock::Thread }
    }

    /// Nanoseconds since some point in the past.
    fn now(self) -> u64 {
        let id = match self {
            Clock::Thread => libc::CLOCK_THREAD_CPUTIME_ID,
            Clock::Wall => libc::CLOCK_MONOTONIC,
        };
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: writes the structure that it is given.
        let status = unsafe { libc::clock_gettime(id, &mut time) };
        assert_eq!(status, 0, "both clocks exist");
        time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
    }
}

fn medians(runs: &mut [Run], effort: Effort, clock: Clock) -> Result<Vec<f64>> {
    let counts = runs.iter_mut().map(|run| calibrate(run, effort.turn, clock)).collect::<Result<Vec<u32>>>()?;
    let mut samples = vec![Vec::with_capacity(effort.turns); runs.len()];
    for _ in 0..effort.turns {
        for ((run, count), samples) in runs.iter_mut().zip(&counts).zip(&mut samples) {
            samples.push(time(run, *count, clock)?.as_nanos() as f64 / f64::from(*count));
        }
    }
    Ok(samples.into_iter().map(median).collect())
}

/// How many iterations fill a turn.
fn calibrate(run: &mut Run, turn: Duration, clock: Clock) -> Result<u32> {
    let mut count = 1u32;
    loop {
        // The least of three: what interrupts one of them must not shorten all turns.
        let taken = time(run, count, clock)?.min(time(run, count, clock)?).min(time(run, count, clock)?);
        if taken * 2 >= turn || count >= 1 << 28 {
            let scale = turn.as_secs_f64() / taken.as_secs_f64().max(1e-9);
            return Ok(((f64::from(count) * scale) as u32).clamp(1, 1 << 29));
        }
        count *= 2;
    }
}

/// The time of so many iterations.
pub fn time(run: &mut Run, count: u32, clock: Clock) -> Result<Duration> {
    let start = clock.now();
    std::hint::black_box(run(count)?);
    Ok(Duration::from_nanos(clock.now() - start))
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
