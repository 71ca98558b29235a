//! What the benchmarks consist of: workloads, those who run them, how they are timed, and how that
//! is reported. The program `cantilever-benches` and the criterion harness are made of it.

mod bound;
pub mod compilation;
pub mod contestant;
pub mod guest_files;
pub mod measure;
pub mod plot;
pub mod report;
pub mod workload;
