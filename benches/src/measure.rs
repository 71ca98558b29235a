//! Interleaved timing: the contestants take turns, and the median of each one's turns counts.

use crate::contestant::{Contestant, Run};
use crate::workload::Workload;
use anyhow::{Result, ensure};
use std::time::{Duration, Instant};

/// How long to measure.
#[derive(Clone, Copy)]
pub struct Effort {
    /// What one turn should take.
    turn: Duration,
    /// How many turns each contestant gets.
    turns: usize,
}

impl Effort {
    pub const THOROUGH: Effort = Effort { turn: Duration::from_millis(4), turns: 41 };
    pub const QUICK: Effort = Effort { turn: Duration::from_millis(1), turns: 15 };
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
    let medians = medians(&mut runs, effort)?;
    Ok(Times { cantilever: medians[0], shipped: medians[1], best: medians[2], bound: medians.get(3).copied() })
}

fn medians(runs: &mut [Run], effort: Effort) -> Result<Vec<f64>> {
    let counts = runs.iter_mut().map(|run| calibrate(run, effort.turn)).collect::<Result<Vec<u32>>>()?;
    let mut samples = vec![Vec::with_capacity(effort.turns); runs.len()];
    for _ in 0..effort.turns {
        for ((run, count), samples) in runs.iter_mut().zip(&counts).zip(&mut samples) {
            samples.push(time(run, *count)?.as_nanos() as f64 / f64::from(*count));
        }
    }
    Ok(samples.into_iter().map(median).collect())
}

/// How many iterations fill a turn.
fn calibrate(run: &mut Run, turn: Duration) -> Result<u32> {
    let mut count = 1u32;
    loop {
        let taken = time(run, count)?;
        if taken * 2 >= turn || count >= 1 << 28 {
            let scale = turn.as_secs_f64() / taken.as_secs_f64().max(1e-9);
            return Ok(((f64::from(count) * scale) as u32).clamp(1, 1 << 29));
        }
        count *= 2;
    }
}

fn time(run: &mut Run, count: u32) -> Result<Duration> {
    let start = Instant::now();
    std::hint::black_box(run(count)?);
    Ok(start.elapsed())
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
