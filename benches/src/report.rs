//! The results as text.

use crate::measure::Times;
use crate::workload::{Goal, kernels};
use std::fmt::Write;
use std::process::Command;

/// One workload's results.
pub struct Row {
    pub name: String,
    pub group: &'static str,
    pub goal: Goal,
    pub times: Times,
}

impl Row {
    /// How many times faster than the peer at its best.
    pub fn ratio(&self) -> f64 {
        self.times.best / self.times.cantilever
    }

    fn against_bound(&self) -> Option<f64> {
        Some(self.times.cantilever / self.times.bound?)
    }

    /// Are both goals reached, as far as they are set?
    pub fn reached(&self) -> bool {
        let bound = self.goal.bound.zip(self.against_bound()).is_none_or(|(most, found)| found <= most);
        self.goal.peer.is_none_or(|least| self.ratio() >= least) && bound
    }
}

/// One line for the terminal.
pub fn line(row: &Row) -> String {
    let Times { cantilever, shipped, best, bound } = row.times;
    let mut line = format!(
        "{:44} {:>10} {:>10} {:>10} {:>10}  {:>7.2}×",
        row.name,
        nanos(cantilever),
        nanos(shipped),
        nanos(best),
        bound.map_or(String::new(), nanos),
        row.ratio()
    );
    if let Some(against_bound) = row.against_bound() {
        write!(line, "  {against_bound:.2}× of the bound").expect("strings grow");
    }
    if !row.reached() {
        line.push_str("  (goal not reached)");
    }
    line
}

/// The whole file `BENCHMARKS.md`.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = heading();
    for rows in rows.chunk_by(|a, b| a.group == b.group) {
        text.push_str(&group(rows));
    }
    text
}

/// One group's section.
pub fn group(rows: &[Row]) -> String {
    let group = rows[0].group;
    let columns = "| workload | Cantilever, ns | Wasmtime as shipped, ns | Wasmtime at its best, ns | bound, ns \
                   | ÷ best | goal | of the bound | goal |";
    let mut text = format!("\n## {group}\n\n{}{columns}\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n", note(group));
    rows.iter().for_each(|row| text.push_str(&table_line(row)));
    text + &format!("\nGeometric mean of ÷ best: **{:.2}×**\n", geometric_mean(rows))
}

/// What is to be said before a group's table.
fn note(group: &str) -> &'static str {
    if group == kernels::GROUP { kernels::NOTE } else { "" }
}

/// The geometric mean of the ratios.
pub fn geometric_mean(rows: &[Row]) -> f64 {
    (rows.iter().map(|row| row.ratio().ln()).sum::<f64>() / rows.len() as f64).exp()
}

/// Begins the part of the file that is written by hand.
const NOTES: &str = "## Notes\n";

/// What a new file takes over from the old one.
pub fn kept(old: &str) -> &str {
    old.find(NOTES).map_or("", |at| &old[at - 1..])
}

fn table_line(row: &Row) -> String {
    let Times { cantilever, shipped, best, bound } = row.times;
    let ratio = |value: Option<f64>| value.map_or(String::new(), |v| format!("{v:.2}×"));
    let goal = |value: Option<f64>, sign| value.map_or(String::new(), |v| format!("{sign} {v}×"));
    let mark = if row.reached() { "" } else { " ✗" };
    format!(
        "| {}{mark} | {} | {} | {} | {} | **{:.2}×** | {} | {} | {} |\n",
        row.name,
        nanos(cantilever),
        nanos(shipped),
        nanos(best),
        bound.map_or(String::new(), nanos),
        row.ratio(),
        goal(row.goal.peer, "≥"),
        ratio(row.against_bound()),
        goal(row.goal.bound, "≤"),
    )
}

fn heading() -> String {
    let rustc = output("rustc", &["--version"]);
    let date = output("date", &["-u", "+%Y-%m-%d %H:%M UTC"]);
    format!(
        "# Benchmarks\n\n\
         The tables are written by `cargo run --release --manifest-path benches/Cargo.toml`, the notes by hand. `-- NAME…` runs \
         the workloads whose names contain a word, and writes nothing.\n\n\
         * Machine: {} ({} cores), {}\n\
         * Cantilever {}, Wasmtime 48, Cranelift 0.135, {rustc}\n\
         * Date: {date}; load average at the end: {}\n\n\
         Nanoseconds of one iteration, the medians of interleaved turns in one process, in processor time (compilation: in \
         time that passes). All contestants run the same component and must compute the same sum. *Wasmtime at its best*: inlining on, concurrency support off. *÷ best*: Wasmtime at its \
         best ÷ Cantilever, higher is better. *of the bound*: Cantilever ÷ bound, lower is better. The bound is a hand-emitted \
         Cranelift loop with the same handle entries and checks, or the library routine that does the work on bytes. \
         ✗ marks a workload that misses a goal.\n\n\
         ![ratios](benches/ratios.svg)\n",
        cpu(),
        std::thread::available_parallelism().map_or(1, usize::from),
        output("uname", &["-srm"]),
        env!("CARGO_PKG_VERSION"),
        std::fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').next().unwrap_or("unknown"),
    )
}

fn cpu() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    line.map_or("unknown processor", |(_, name)| name).to_owned()
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or(String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Three significant digits, at most two after the point.
fn nanos(value: f64) -> String {
    match value {
        v if v < 10.0 => format!("{v:.2}"),
        v if v < 100.0 => format!("{v:.1}"),
        v => format!("{v:.0}"),
    }
}
