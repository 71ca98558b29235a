//! One contestant's turn, in a process of its own.

use super::Cost;
use crate::contestant;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// The command of the program that such a process runs.
const COMMAND: &str = "compile-once";

/// Who compiles.
pub const CONTESTANTS: [&str; 4] =
    ["Cantilever", "Cantilever without inlining", "Wasmtime as shipped", "Wasmtime at its best"];

/// Has another process of this program compile a file.
pub fn in_child(contestant: &str, file: &Path) -> Result<Cost> {
    let output = Command::new(std::env::current_exe()?).args([COMMAND, contestant]).arg(file).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Cost::parse(std::str::from_utf8(&output.stdout)?)
}

/// Compiles a file, and prints what that cost. The image is written if there is a place for it.
pub fn turn(contestant: &str, file: &Path, image_file: Option<&Path>) -> Result<()> {
    let guest = wat::parse_bytes(&std::fs::read(file)?)?.into_owned();
    let compile = contestant::compiler(contestant)?;
    let start = Instant::now();
    let image = compile(&guest)?;
    let time = start.elapsed();
    println!("{}", Cost::of(time, &image)?.line());
    match image_file {
        None => Ok(()),
        Some(path) => std::fs::write(path, &image).with_context(|| format!("{} cannot be written", path.display())),
    }
}
