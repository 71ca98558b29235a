//! Reads WIT, and chooses the world.

use crate::{Error, Options};
use std::path::Path;
use std::{fs, io, thread};
use wit_parser::{Resolve, WorldId};

/// How long all files of a package and its dependencies may be together. WASI has 120 KiB.
const MAX_BYTES: u64 = 4 << 20;
/// The parser follows chains of interfaces and packages by recursion, so their length costs stack:
/// less than 100 bytes of it for each byte of the text.
const STACK: usize = 512 << 20;

/// A world, with types that are one for each import and export.
pub(crate) fn read(options: &Options) -> Result<(Resolve, WorldId), Error> {
    let bytes = length(&options.wit, 2).map_err(Error::file(&options.wit))?;
    if bytes > MAX_BYTES {
        let path = options.wit.display();
        return Err(Error::Wit(format!("{path}: {bytes} bytes of WIT; at most {MAX_BYTES} are read")));
    }
    thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || parse(options));
        let reader = reader.map_err(Error::file(&options.wit))?;
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The bytes of a file, or of the files in a directory and in directories so deep in it.
fn length(path: &Path, depth: u32) -> io::Result<u64> {
    let found = fs::metadata(path)?;
    if !found.is_dir() {
        return Ok(found.len());
    }
    let mut bytes = 0;
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let is_read = ["wit", "wasm", "wat"].iter().any(|extension| path.extension() == Some(extension.as_ref()));
        if is_read || depth > 0 && path.is_dir() {
            bytes += length(&path, depth - u32::from(depth > 0))?;
        }
    }
    Ok(bytes)
}

fn parse(options: &Options) -> Result<(Resolve, WorldId), Error> {
    let mut resolve = Resolve { all_features: options.all_features, ..Resolve::default() };
    resolve.features.extend(options.features.iter().cloned());
    let (package, _) = match resolve.push_path(&options.wit) {
        Ok(pushed) => pushed,
        Err(error) => return Err(Error::Wit(resolve.render_error(&error))),
    };
    let world = resolve
        .select_world(&[package], options.world.as_deref())
        .map_err(|error| Error::Wit(resolve.render_error(&error)))?;
    resolve.generate_nominal_type_ids(world);
    Ok((resolve, world))
}
