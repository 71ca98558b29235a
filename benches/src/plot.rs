//! The results as a picture: a bar for each workload that has a goal, on a logarithmic axis.

use crate::report::Row;
use std::fmt::Write;

const LABELS: f64 = 330.0;
const BARS: f64 = 520.0;
const LINE: f64 = 22.0;
const TOP: f64 = 64.0;
/// The axis goes from this ratio …
const LEAST: f64 = 0.25;
/// … to this one.
const MOST: f64 = 256.0;

/// How many times faster than Wasmtime at its best, as an SVG.
pub fn ratios(rows: &[Row]) -> String {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.goal.peer.is_some()).collect();
    let groups = rows.chunk_by(|a, b| a.group == b.group);
    let height = TOP + LINE * (rows.len() + groups.clone().count()) as f64 + 12.0;
    let width = LABELS + BARS + 70.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n\
         <text x=\"12\" y=\"20\" font-size=\"15\">Times faster than Wasmtime 48 at its best settings</text>\n\
         <text x=\"12\" y=\"38\" fill=\"#555\">A black line marks a goal. Green reaches it, amber is faster but misses it, red is slower.</text>\n"
    );
    svg.push_str(&axis(height));
    let mut y = TOP;
    for group in groups {
        writeln!(svg, "<text x=\"12\" y=\"{:.1}\" font-weight=\"bold\">{}</text>", y + 15.0, escaped(group[0].group))
            .expect("strings grow");
        y += LINE;
        for row in group {
            svg.push_str(&bar(row, y));
            y += LINE;
        }
    }
    svg + "</svg>\n"
}

fn axis(height: f64) -> String {
    let mut svg = String::new();
    let mut tick = LEAST;
    while tick <= MOST {
        let (x, colour) = (x(tick), if tick == 1.0 { "#555" } else { "#ddd" });
        writeln!(
            svg,
            "<line x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{height}\" stroke=\"{colour}\"/>\
             <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\">{tick}×</text>",
            TOP - 6.0
        )
        .expect("strings grow");
        tick *= 4.0;
    }
    svg
}

fn bar(row: &Row, y: f64) -> String {
    let (one, end) = (x(1.0), x(row.ratio()));
    let reached = row.goal.peer.is_none_or(|goal| row.ratio() >= goal);
    let colour = match row.ratio() {
        _ if reached => "#2a7f62",
        ratio if ratio >= 1.0 => "#d9a13b",
        _ => "#b5483a",
    };
    let goal = row.goal.peer.map_or(String::new(), |goal| {
        let (x, end) = (x(goal), y + LINE - 4.0);
        format!("<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{y}\" y2=\"{end}\" stroke=\"black\" stroke-width=\"2\"/>")
    });
    format!(
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
         <rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>{goal}\
         <text x=\"{:.1}\" y=\"{:.1}\">{:.1}×</text>\n",
        LABELS - 8.0,
        y + 13.0,
        escaped(&row.name),
        one.min(end),
        y + 2.0,
        (one - end).abs().max(1.0),
        LINE - 8.0,
        one.max(end).max(row.goal.peer.map_or(0.0, x)) + 6.0,
        y + 13.0,
        row.ratio()
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Where a ratio lies on the axis.
fn x(ratio: f64) -> f64 {
    let part = (ratio.clamp(LEAST, MOST) / LEAST).ln() / (MOST / LEAST).ln();
    LABELS + BARS * part
}
