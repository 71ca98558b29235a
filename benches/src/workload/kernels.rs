//! Core code by itself: programs in C and Rust, compiled by their usual compilers
//! (`benches/kernels/`).

use super::Workload;
use crate::contestant::Driver;

/// The group's heading.
pub const GROUP: &str = "Kernels";

/// What is to be said about them in the report.
pub const NOTE: &str = "Programs in C (clang 19) and Rust (1.95), compiled with `-O3` by `benches/kernels/build.sh` to core modules, \
    none of which crosses a boundary. `cargo run --release --manifest-path benches/Cargo.toml -- Kernels` runs these only. The goal \
    of the geometric mean is ≥ 1×.\n\n";

/// What each kernel's ratio should be at least. That of the geometric mean is 1.
const LEAST: f64 = 0.95;

macro_rules! kernel {
    ($name:literal, $what:literal) => {
        Workload::new(GROUP, $what, include_bytes!(concat!("../../kernels/", $name, ".wasm")))
            .driven(Driver::Module)
            .at_least(LEAST)
    };
}

pub fn all() -> Vec<Workload> {
    vec![
        kernel!("sha256", "sha256: integer, C"),
        kernel!("nbody", "nbody: f64, C"),
        kernel!("matrix", "matrix: f64, Rust"),
        kernel!("mandelbrot", "mandelbrot: SIMD f32x4, C"),
        kernel!("base64", "base64: SIMD bytes, Rust"),
        kernel!("triad", "triad: memory bandwidth, C"),
        kernel!("chase", "chase: memory latency, C"),
        kernel!("recursion", "recursion: calls, C"),
        kernel!("tree", "tree: calls and allocation, Rust"),
        kernel!("function_table", "function_table: indirect calls, C"),
        kernel!("shapes", "shapes: methods of trait objects, Rust"),
        kernel!("interpreter", "interpreter: byte code, C"),
        kernel!("hash_map", "hash_map: SipHash, Rust"),
        kernel!("quicksort", "quicksort: by comparison functions, C"),
        kernel!("sorting", "sorting: integers and strings, Rust"),
        kernel!("json", "json: a parser, Rust"),
    ]
}
