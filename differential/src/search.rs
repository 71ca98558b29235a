//! Runs the cases of many seeds on all cores.

use crate::compare::{Difference, compare};
use crate::differential::generate::Case;
use crate::differential::observe::STACK;
use crate::differential::subject;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use wasmtime::Engine;

/// How often to say how far it is.
const REPORT: Duration = Duration::from_secs(10);

/// What a search found.
#[derive(Default)]
pub struct Found {
    /// By seed, the digest of what Wasmtime did; `None` when the outcome is cut.
    pub outcomes: BTreeMap<u64, Option<u32>>,
    /// What the cases observed, in lines.
    pub lines: u64,
    pub difference: Option<Box<Difference>>,
}

/// The seeds that are left, and what was found until now.
struct Search<'a> {
    engine: &'a Engine,
    next: AtomicU64,
    to: u64,
    end: Option<Instant>,
    stop: AtomicBool,
    found: Mutex<Found>,
}

/// Runs seeds `[from, to)` until the time is over or the engines differ.
pub fn search(engine: &Engine, from: u64, to: u64, time: Option<Duration>, threads: usize) -> Result<Found> {
    let search = Search {
        engine,
        next: AtomicU64::new(from),
        to,
        end: time.map(|time| Instant::now() + time),
        stop: AtomicBool::new(false),
        found: Mutex::default(),
    };
    thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || search.work());
        let workers = (0..threads).map(spawn).collect::<Result<Vec<_>, _>>().context("no thread can be started")?;
        let mut reported = Instant::now();
        while !workers.iter().all(thread::ScopedJoinHandle::is_finished) {
            thread::sleep(Duration::from_millis(20));
            if reported.elapsed() > REPORT {
                reported = Instant::now();
                eprintln!("seed {}", search.next.load(Ordering::Relaxed));
            }
        }
        anyhow::Ok(())
    })?;
    Ok(search.found.into_inner().unwrap_or_else(PoisonError::into_inner))
}

impl Search<'_> {
    fn work(&self) {
        loop {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            let over = self.end.is_some_and(|end| Instant::now() >= end);
            if seed >= self.to || over || self.stop.load(Ordering::Relaxed) {
                return;
            }
            let work = || compare(self.engine, Case::new(seed), subject::options(seed));
            let compared = catch_unwind(AssertUnwindSafe(work));
            let result = compared.unwrap_or_else(|panic| {
                eprintln!("seed {seed} panicked");
                self.stop.store(true, Ordering::Relaxed);
                resume_unwind(panic)
            });
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            match result {
                Ok(outcome) => {
                    found.lines += outcome.lines.len() as u64;
                    found.outcomes.insert(seed, (!outcome.cut).then(|| outcome.digest()));
                }
                Err(difference) => {
                    found.difference.get_or_insert(difference);
                    self.stop.store(true, Ordering::Relaxed);
                }
            }
        }
    }
}
