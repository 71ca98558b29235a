//! Backtraces as the embedder sees them: frames of functions of the input.

use std::fmt;

/// One function that was running when a guest trapped.
///
/// A function that the compiler inlined has a frame of its own. Adapters and built-ins have frames
/// without a module; what lies between the host and a guest has none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame {
    /// The core module, by its name or else as `module` and its number.
    pub module: Option<String>,
    /// The function, by its name in the name section, by that under which it is exported, or else
    /// as `func` and its index. `init` is the initialisation of an instance, which calls its start
    /// function.
    pub function: String,
    /// The function's index in its module.
    pub function_index: Option<u32>,
    /// Offset of the instruction in the input, where it is known: of the one that trapped, or of a
    /// call.
    pub offset: Option<u32>,
    /// The same, counted from where the core module begins.
    pub module_offset: Option<u32>,
    /// Was it inlined into the function of the next frame?
    pub inlined: bool,
    /// The source line, if the input had debugging information.
    pub source: Option<SourceLine>,
}

/// A place in a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceLine {
    /// The file, as the debugging information names it.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1.
    pub column: Option<u32>,
}

impl fmt::Display for Frame {
    /// `module!function at file:line:column`, without the offset.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(module) = &self.module {
            write!(f, "{module}!")?;
        }
        f.write_str(without_hash(&self.function))?;
        if self.inlined {
            f.write_str(" (inlined)")?;
        }
        match &self.source {
            Some(source) => write!(f, " at {source}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for SourceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        self.column.map_or(Ok(()), |column| write!(f, ":{column}"))
    }
}

/// A demangled name without the hash at the end of those that rustc makes.
fn without_hash(name: &str) -> &str {
    const DIGITS: usize = 16;
    match name.rsplit_once("::h") {
        Some((path, hash)) if hash.len() == DIGITS && hash.bytes().all(|b| b.is_ascii_hexdigit()) => path,
        _ => name,
    }
}

/// The functions that were running when a guest trapped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backtrace {
    pub(crate) frames: Vec<Frame>,
    /// Were there more callers?
    pub(crate) cut: bool,
}

impl Backtrace {
    /// The frames, innermost first.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }
}

impl fmt::Display for Backtrace {
    /// A line for each frame, each after a line feed; nothing if there are none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.frames.is_empty() {
            return Ok(());
        }
        f.write_str("\nwasm backtrace:")?;
        let offsets: Vec<String> =
            self.frames.iter().map(|frame| frame.offset.map_or(String::new(), |at| format!("{at:#x} -"))).collect();
        let width = offsets.iter().map(String::len).max().unwrap_or(0);
        for (index, (frame, offset)) in self.frames.iter().zip(offsets).enumerate() {
            write!(f, "\n    {index:>2}: {offset:>width$}{}{frame}", if width == 0 { "" } else { " " })?;
        }
        if self.cut { f.write_str("\n        and their callers") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(module: Option<&str>, function: &str, offset: Option<u32>) -> Frame {
        Frame {
            module: module.map(str::to_owned),
            function: function.to_owned(),
            function_index: None,
            offset,
            module_offset: offset,
            inlined: offset.is_none(),
            source: None,
        }
    }

    #[test]
    fn lines_are_aligned() {
        let mut put = frame(Some("kv"), "kv::store::put::h0123456789abcdef", Some(0x1a3));
        put.source = Some(SourceLine { file: "src/store.rs".into(), line: 41, column: Some(9) });
        let frames = vec![put, frame(None, "canon.resource.drop[R]", None), frame(Some("kv"), "a::h12", Some(0x12345))];
        let backtrace = Backtrace { frames, cut: true };
        let expected = "
wasm backtrace:
     0:   0x1a3 - kv!kv::store::put at src/store.rs:41:9
     1:           canon.resource.drop[R] (inlined)
     2: 0x12345 - kv!a::h12
        and their callers";
        assert_eq!(backtrace.to_string(), expected);
        assert_eq!(Backtrace::default().to_string(), "");
    }
}
