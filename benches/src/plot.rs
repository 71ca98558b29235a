//! The results as a picture: one bar for each workload, on a logarithmic axis.

use crate::report::Row;
use std::fmt::Write;

const LABELS: f64 = 330.0;
const BARS: f64 = 520.0;
const LINE: f64 = 22.0;
const TOP: f64 = 56.0;
/// The axis goes from this ratio …
const LEAST: f64 = 0.25;
/// … to this one.
const MOST: f64 = 256.0;

/// How many times faster than Wasmtime at its best, as an SVG.
pub fn ratios(rows: &[Row]) -> String {
    let height = TOP + LINE * rows.len() as f64 + 12.0;
    let width = LABELS + BARS + 70.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n\
         <text x=\"12\" y=\"20\" font-size=\"15\">Times faster than Wasmtime 48 at its best settings</text>\n"
    );
    let mut tick = LEAST;
    while tick <= MOST {
        let (x, weight) = (x(tick), if tick == 1.0 { "#555" } else { "#ddd" });
        write!(
            svg,
            "<line x1=\"{x:.1}\" y1=\"{}\" x2=\"{x:.1}\" y2=\"{height}\" stroke=\"{weight}\"/>\
             <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\">{tick}×</text>\n",
            TOP - 6.0,
            TOP - 12.0
        )
        .expect("strings grow");
        tick *= 4.0;
    }
    for (row, line) in rows.iter().zip(0u32..) {
        svg.push_str(&bar(row, TOP + LINE * f64::from(line)));
    }
    svg + "</svg>\n"
}

fn bar(row: &Row, y: f64) -> String {
    let (one, end) = (x(1.0), x(row.ratio()));
    let colour = if row.ratio() >= 1.0 { "#2a7f62" } else { "#b5483a" };
    let goal = row.goal.peer.map_or(String::new(), |goal| {
        format!("<line x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{y}\" y2=\"{1}\" stroke=\"black\"/>", x(goal), y + LINE - 4.0)
    });
    format!(
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
         <rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>{goal}\
         <text x=\"{:.1}\" y=\"{:.1}\">{:.1}×</text>\n",
        LABELS - 8.0,
        y + 13.0,
        row.name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        one.min(end),
        y + 2.0,
        (one - end).abs().max(1.0),
        LINE - 8.0,
        one.max(end) + 6.0,
        y + 13.0,
        row.ratio()
    )
}

/// Where a ratio lies on the axis.
fn x(ratio: f64) -> f64 {
    let part = (ratio.clamp(LEAST, MOST) / LEAST).ln() / (MOST / LEAST).ln();
    LABELS + BARS * part
}
