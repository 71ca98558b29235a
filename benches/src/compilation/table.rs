//! The results as text.

use super::{Compilation, turn::CONTESTANTS};

/// Lines for the terminal.
pub fn lines(compilation: &Compilation) -> String {
    let lines = CONTESTANTS.iter().zip(&compilation.costs).map(|(contestant, cost)| {
        let (time, processor, peak, code, image) = (cost.seconds * 1e3, cost.processor * 1e3, mebibytes(cost.peak), mebibytes(cost.code), mebibytes(cost.image));
        format!("compile {:20} {contestant:32} {time:9.1} ms {processor:9.1} ms of processors {peak:8.1} MiB peak {code:7.2} MiB code {image:7.2} MiB image\n", compilation.name)
    });
    lines.collect()
}

/// A section of the report.
pub fn section(compilations: &[Compilation]) -> String {
    let mut text = "\n## Compilation\n\nFrom a component's bytes to those of a native image, in a process for each turn, on all cores. \
        `-- Compilation` runs these only. \
        Medians of interleaved turns. *Peak*: the greatest resident size of the process. *Code*: the image's `.text`.\n\n\
        | component | compiler | time, ms | processor time, ms | peak, MiB | code, KiB | image, KiB |\n|---|---|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for compilation in compilations {
        let name = format!("{}, {} KiB", compilation.name, compilation.size >> 10);
        for (contestant, cost) in CONTESTANTS.iter().zip(&compilation.costs) {
            let (time, processor, peak) = (cost.seconds * 1e3, cost.processor * 1e3, mebibytes(cost.peak));
            let (code, image) = (cost.code >> 10, cost.image >> 10);
            text.push_str(&format!(
                "| {name} | {contestant} | {time:.1} | {processor:.1} | {peak:.1} | {code} | {image} |\n"
            ));
        }
    }
    text
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
