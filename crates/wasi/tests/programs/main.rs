//! Real programs: each gives what another engine wrote for it, from source and from its object.
//!
//! The programs lie beside the project, in `../shared/components/wasi`, with a description of their
//! runs. Without that folder each test prints what it skips. With the variable `CI` set it fails
//! instead.
//!
//! Everything is compiled without optimisation, which is several times quicker for the large ones;
//! the suite of the compiler tests optimised code. The large programs are compiled once, to their
//! object.

mod network;
mod program;

use program::{Program, Run, fresh_folder};

/// The arguments behind the program's own name, and what the run reads.
fn run<'a>(arguments: &'a [&'a str], stdin: &'a str) -> Run<'a> {
    Run { arguments, stdin, ..Run::default() }
}

#[test]
fn a_c_program_reads_arguments_variables_and_standard_input() {
    Program::small("01-c-hello").gives(&[
        Run {
            variables: &[("A", "1"), ("GREETING", "hi")],
            ..run(&["x", "two words"], "one\ntwo three\nlast without newline")
        },
        run(&["fail"], ""),
    ]);
}

#[test]
fn a_c_program_works_on_files() {
    let folder = fresh_folder("02-c-files");
    Program::small("02-c-files").gives(&[Run { folder: Some(&folder), ..run(&["/w"], "") }]);
}

#[test]
fn a_rust_program_exits_and_panics() {
    Program::small("10-rs-hello").gives(&[
        Run {
            variables: &[("A", "1"), ("B", "2")],
            ..run(&["arg1", "arg zwei ü"], "the quick fox\nthe lazy Dog dog\n")
        },
        run(&["exit"], ""),
        run(&["panic"], ""),
    ]);
}

#[test]
fn a_rust_program_with_large_crates_computes() {
    Program::small("10-rs-json").gives(&[run(&["2000"], "")]);
}

#[test]
fn cpython_runs_a_script() {
    let folder = fresh_folder("20-py-cli");
    Program::large("20-py-cli").varying(today).gives(&[
        Run {
            folder: Some(&folder),
            variables: &[("T_A", "1"), ("T_B", "zwei")],
            ..run(&["a", "b c"], "ein zwei\ndrei")
        },
        run(&["exit"], ""),
    ]);
}

/// The script prints the day on which it runs, at the end of a line.
fn today(line: &str) -> &str {
    line.split_once(" dt ").map_or(line, |(before, _)| before)
}

#[test]
fn spidermonkey_runs_a_script() {
    let folder = fresh_folder("30-js-cli");
    Program::large("30-js-cli").gives(&[Run {
        folder: Some(&folder),
        variables: &[("T_A", "1")],
        ..run(&["a", "b c"], "")
    }]);
}

#[test]
fn kernels_of_zigs_toolchain_compute() {
    Program::small("50-zig-kernel").gives(&[run(&[], "")]);
}
