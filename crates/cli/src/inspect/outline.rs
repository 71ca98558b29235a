//! Text in sections: a heading, and indented lines below it.

use std::fmt::Display;

/// The text so far.
#[derive(Debug, Default)]
pub struct Outline {
    text: String,
}

impl Outline {
    /// A section: its heading with the number of its entries, and their lines, of which those that
    /// are indented belong to the entry above. Nothing when there are none.
    pub fn section(&mut self, heading: &str, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        self.gap();
        let entries = lines.iter().filter(|line| !line.starts_with(' ')).count();
        self.line(format_args!("{heading} ({entries}):"));
        for line in lines {
            self.line(format_args!("  {line}"));
        }
    }

    /// A paragraph of its own.
    pub fn paragraph(&mut self, text: impl Display) {
        self.gap();
        self.line(text);
    }

    fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    fn line(&mut self, text: impl Display) {
        self.text.push_str(text.to_string().trim_end());
        self.text.push('\n');
    }

    /// The whole text.
    pub fn finish(self) -> String {
        self.text
    }
}

/// Lines of two columns, the second of which is aligned.
pub fn aligned(rows: Vec<(String, String)>) -> Vec<String> {
    let width = rows.iter().map(|(first, _)| first.chars().count()).max().unwrap_or(0);
    rows.into_iter().map(|(first, second)| format!("{first:width$}  {second}").trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_without_lines_are_left_out() {
        let mut out = Outline::default();
        out.paragraph("root");
        out.section("imports", &[]);
        out.section("exports", &aligned(vec![("a".into(), "1".into()), ("bcd".into(), "2".into())]));
        out.section("lifts", &["f".into(), "    detail".into()]);
        assert_eq!(out.finish(), "root\n\nexports (2):\n  a    1\n  bcd  2\n\nlifts (1):\n  f\n      detail\n");
    }
}
