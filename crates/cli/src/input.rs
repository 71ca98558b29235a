//! What stands in a file: an object, or WebAssembly in binary or text form.

use super::{Failure, text_lines};
use std::io::Read;
use std::path::Path;

/// The contents of an input file.
pub enum Input {
    /// A component or core module, in binary form.
    Wasm(Vec<u8>),
    /// An object that `compile` wrote.
    Object(Vec<u8>),
}

impl Input {
    /// Reads a file (`-`: standard input), and translates text to binary.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = read_bytes(path)
            .map_err(|e| Failure::remedied(format!("{}: {e}", path.display()), "check the name of the input file"))?;
        if bytes.starts_with(b"\x7fELF") {
            return Ok(Input::Object(bytes));
        }
        // Binary WebAssembly passes through unchanged, so whatever does not begin with its magic
        // number is text. Lines of the text serve as source lines, unless it would take long to
        // find them.
        let mut parser = wat::Parser::new();
        if std::str::from_utf8(&bytes).is_ok_and(text_lines::are_found_fast) {
            parser.generate_dwarf(wat::GenerateDwarf::Lines);
        }
        let wasm = parser.parse_bytes(Some(path), &bytes);
        let wasm = wasm.map_err(|e| {
            let remedy = "the input must be a component in binary (.wasm) or text (.wat) form, or an object written \
                          by `cantilever compile`";
            Failure::remedied(e, remedy)
        })?;
        Ok(Input::Wasm(wasm.into_owned()))
    }

    /// The binary form, for commands that do not take objects.
    pub fn into_wasm(self, path: &Path) -> Result<Vec<u8>, Failure> {
        match self {
            Input::Wasm(wasm) => Ok(wasm),
            Input::Object(_) => Err(Failure::remedied(
                format!("{}: this is an object already", path.display()),
                "give the component that it was compiled from",
            )),
        }
    }
}

fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(path)
}
