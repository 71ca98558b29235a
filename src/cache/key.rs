//! What a compilation is found by: everything that decides about its object, and nothing else.

use crate::decode::provided::Provided;
use crate::error::Result;
use crate::options::CompileOptions;
use crate::pipeline;
use cantilever_abi::block::INTRINSICS_VERSION;
use std::fmt::Write;

/// This build of the compiler: versions, and the sources that it was built from.
pub(super) const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), "-", env!("CANTILEVER_FINGERPRINT"));

/// The name of a file in a cache, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key(pub [u8; blake3::OUT_LEN]);

impl Key {
    /// The key of the object that these options make of an input.
    pub fn of_object(bytes: &[u8], options: &CompileOptions) -> Result<Key> {
        let mut hash = Hash::new("cantilever object");
        hash.options(options)?;
        hash.provided(&options.provided);
        hash.bytes(bytes);
        Ok(hash.finish())
    }

    /// The key of the functions that compilations of an input made with these options. The input is
    /// known by a name, for its content changes.
    pub fn of_functions(input: &str, options: &CompileOptions) -> Result<Key> {
        let mut hash = Hash::new("cantilever functions");
        hash.options(options)?;
        options.provided.iter().for_each(|provided| hash.text(&provided.import));
        hash.text(input);
        Ok(hash.finish())
    }

    /// As text, for names of files.
    pub fn text(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a string takes everything");
            text
        })
    }
}

/// A hash of a sequence of items. Each says where it ends, so that no two sequences look alike.
struct Hash(blake3::Hasher);

impl Hash {
    /// Of a kind of its own.
    fn new(kind: &str) -> Self {
        let mut hash = Hash(blake3::Hasher::new());
        hash.text(kind);
        hash.text(BUILD);
        hash.text(cranelift_codegen::VERSION);
        hash.number(INTRINSICS_VERSION.into());
        hash
    }

    fn number(&mut self, number: u64) {
        self.0.update(&number.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// All options but what is provided, and the machine that they mean. Whoever adds an option
    /// decides here whether code depends on it.
    fn options(&mut self, options: &CompileOptions) -> Result<()> {
        let CompileOptions {
            target,
            opt_level,
            inlining,
            spectre_guard,
            handle_capacity,
            debug_lines,
            provided: _,
            debug_handles,
            interruptible,
            fuel,
            memory_reservation,
        } = options;
        // Without a name the target is this machine, so the name alone says too little.
        self.text(&pipeline::target_identity(options)?);
        self.text(target.as_deref().unwrap_or_default());
        self.text(&format!("{opt_level:?}"));
        for choice in [inlining, spectre_guard, debug_lines, debug_handles, interruptible, fuel] {
            self.number(u64::from(*choice));
        }
        self.number(u64::from(*handle_capacity));
        self.number(*memory_reservation);
        Ok(())
    }

    fn provided(&mut self, provided: &[Provided]) {
        self.number(provided.len() as u64);
        for Provided { import, wasm } in provided {
            self.text(import);
            self.bytes(wasm);
        }
    }

    fn finish(self) -> Key {
        Key(*self.0.finalize().as_bytes())
    }
}

/// The options that differ from the defaults, as people read them.
pub(super) fn summary(options: &CompileOptions) -> String {
    let defaults = CompileOptions::default();
    let mut words = Vec::new();
    let mut say = |differs: bool, word: String| words.extend(differs.then_some(word));
    say(options.target.is_some(), format!("target={}", options.target.as_deref().unwrap_or_default()));
    say(options.opt_level != defaults.opt_level, format!("opt={:?}", options.opt_level).to_lowercase());
    say(!options.inlining, "no-inlining".to_owned());
    say(!options.spectre_guard, "no-spectre-guard".to_owned());
    say(!options.debug_lines, "no-debug-lines".to_owned());
    say(options.debug_handles, "debug-handles".to_owned());
    say(options.interruptible, "interruptible".to_owned());
    say(options.fuel, "count-fuel".to_owned());
    let capacity = options.handle_capacity;
    say(capacity != defaults.handle_capacity, format!("handle-capacity={capacity}"));
    let reservation = options.memory_reservation;
    say(reservation != defaults.memory_reservation, format!("memory-reservation={reservation}"));
    options.provided.iter().for_each(|provided| say(true, format!("provide={}", provided.import)));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::OptLevel;

    fn key(bytes: &[u8], change: impl FnOnce(&mut CompileOptions)) -> Key {
        let mut options = CompileOptions::default();
        change(&mut options);
        Key::of_object(bytes, &options).unwrap()
    }

    #[test]
    fn every_option_and_every_input_has_a_key_of_its_own() {
        let provided = |import: &str, wasm: &[u8]| Provided { import: import.to_owned(), wasm: wasm.to_vec() };
        let keys = [
            key(b"input", |_| {}),
            key(b"input2", |_| {}),
            key(b"input", |o| o.target = Some("x86_64-unknown-linux-gnu".to_owned())),
            key(b"input", |o| o.target = Some("aarch64-unknown-linux-gnu".to_owned())),
            key(b"input", |o| o.opt_level = OptLevel::None),
            key(b"input", |o| o.opt_level = OptLevel::SpeedAndSize),
            key(b"input", |o| o.inlining = false),
            key(b"input", |o| o.spectre_guard = false),
            key(b"input", |o| o.handle_capacity = 7),
            key(b"input", |o| o.debug_lines = false),
            key(b"input", |o| o.debug_handles = true),
            key(b"input", |o| o.interruptible = true),
            key(b"input", |o| o.fuel = true),
            key(b"input", |o| o.memory_reservation = 7),
            key(b"input", |o| o.provided = vec![provided("a", b"bc")]),
            key(b"input", |o| o.provided = vec![provided("ab", b"c")]),
            key(b"input", |o| o.provided = vec![provided("a", b""), provided("b", b"c")]),
            key(b"c", |o| o.provided = vec![provided("a", b"binput")]),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert_eq!(keys.iter().position(|other| other == key), Some(index), "the keys {index} and another");
        }
        assert_eq!(keys[0], key(b"input", |_| {}));
    }

    #[test]
    fn the_summary_names_what_is_not_by_default() {
        assert_eq!(summary(&CompileOptions::default()), "");
        let options = CompileOptions { inlining: false, opt_level: OptLevel::None, ..CompileOptions::default() };
        assert_eq!(summary(&options), "opt=none no-inlining");
    }
}
