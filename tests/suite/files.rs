//! The real components, which lie beside the project: they are read where they are.

use std::path::Path;

/// A file of the folder of real components. Absent, the test is skipped, but not on a CI machine.
pub fn read(name: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/components").join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) if std::env::var_os("CI").is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            println!("skipped: there is no {}", path.display());
            None
        }
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

/// A transcript.
pub fn transcript(name: &str) -> Option<String> {
    read(name).map(|bytes| String::from_utf8(bytes).expect("a transcript is UTF-8"))
}
