//! A host for a WIT world, with generated bindings.
//!
//! `wit/tally.wit` says what guests import and export. From it `bindings/` was generated: a trait
//! for what the host implements, and a struct for what guests export.
//!
//! ```text
//! cantilever bindgen examples/tally/wit -o examples/tally/bindings --crate cantilever::runtime
//! cargo run --example tally
//! ```

mod bindings;

use bindings::demo::tally::journal::{Journal, Level};
use bindings::tally::{Tally, add_to_linker};
use cantilever::Compile;
use cantilever::runtime::{Component, Engine, HostError, Linker, Store};

/// The host keeps the lines.
#[derive(Debug, Default)]
struct Lines(Vec<(Level, String)>);

impl Journal for Lines {
    // The line lies in the guest's memory. A host that only reads it copies nothing.
    fn write(&mut self, level: Level, line: &str) -> Result<(), HostError> {
        self.0.push((level, line.to_owned()));
        Ok(())
    }
}

/// Runs the example.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(include_str!("guest.wat"))?)?;
    let mut linker = Linker::new(&engine);
    add_to_linker(&mut linker, |lines: &mut Lines| lines)?;
    let mut store = Store::new(&engine, Lines::default());
    let Tally { counters } = Tally::instantiate(&mut store, &component, &linker)?;

    // A counter is the guest's. The host owns the handle, lends it to methods, and drops it.
    let counter = counters.counter_new(&mut store, "sheep", 1)?;
    assert_eq!(counters.counter_increment(&mut store, &counter)?, 2);
    assert_eq!(counters.counter_increment(&mut store, &counter)?, 3);
    counter.resource_drop(&mut store)?;

    let lines = store.into_data().0;
    let expected = [(Level::Note, "sheep".to_owned()), (Level::Warning, "that is many".to_owned())];
    assert_eq!(lines, expected);
    Ok(())
}
