//! Damaged input is refused with an error that says what is wrong; it never panics.

use cantilever::CompileOptions;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// A component with everything that is small: nesting, resources, strings, a shared module.
const SMALL: &str = include_str!("../filetests/handles/in-compounds.wat");

/// A generator of numbers that are the same on every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

fn small() -> Vec<u8> {
    wat::parse_str(SMALL).expect("the text is a component")
}

/// A component made by a real toolchain, where the test data is at hand.
fn real() -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/components/kv-provider.wasm");
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(e) => {
            assert!(std::env::var_os("CI").is_none(), "{}: {e}", path.display());
            println!("SKIPPED: {}: {e}", path.display());
            None
        }
    }
}

/// Plans the input, and compiles it when it has a plan and `compile` says so.
fn survives(what: &str, input: &[u8], compile: bool) {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let plan = cantilever::link::plan(Arc::from(input)).map(|_| ());
        if compile && plan.is_ok() {
            cantilever::compile(input, &CompileOptions::default(), &()).map(|_| ())
        } else {
            plan
        }
    }));
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => assert!(!error.to_string().is_empty(), "{what}: an error without a word"),
        Err(_) => panic!("{what}: it panicked"),
    }
}

#[test]
fn truncated_components() {
    let small = small();
    for len in 0..small.len() {
        survives(&format!("the first {len} bytes"), &small[..len], false);
    }
    let Some(real) = real() else { return };
    let mut numbers = Numbers(0x1234_5678_9abc_def1);
    for _ in 0..200 {
        let len = numbers.below(real.len());
        survives(&format!("the first {len} bytes of the real one"), &real[..len], false);
    }
}

#[test]
fn components_with_flipped_bits() {
    let small = small();
    let mut numbers = Numbers(0x0dd_b1a5_e5ba_11ed);
    for round in 0..2000 {
        let mut damaged = small.clone();
        for _ in 0..1 + round % 3 {
            let at = numbers.below(damaged.len());
            damaged[at] ^= 1 << numbers.below(8);
        }
        survives(&format!("round {round}"), &damaged, true);
    }
    let Some(real) = real() else { return };
    for round in 0..200 {
        let mut damaged = real.clone();
        let at = numbers.below(damaged.len());
        damaged[at] ^= 1 << numbers.below(8);
        survives(&format!("the real one, bit flipped at {at} in round {round}"), &damaged, false);
    }
}

#[test]
fn what_is_no_webassembly() {
    for input in [&b""[..], b"\0asm", b"\0asm\x01\0\0\0", b"\0asm\x0d\0\x01\0", b"\x7fELF", &[0xff; 64]] {
        survives(&format!("{input:?}"), input, true);
    }
}

#[test]
fn deep_nesting_is_no_unbounded_recursion() {
    for depth in [10, 100, 1000] {
        let text = format!("{}{}", "(component ".repeat(depth), ")".repeat(depth));
        // The text parser has a limit of its own; what it accepts is planned.
        if let Ok(wasm) = wat::parse_str(&text) {
            survives(&format!("components nested {depth} deep"), &wasm, true);
        }
    }
}

/// A call whose parameter is `2^n` strings that are transcoded, from a few definitions.
fn doubled(n: usize) -> Vec<u8> {
    let types: String = (0..n)
        .map(|i| match i {
            0 => "(type $t0 (tuple string string))\n".to_owned(),
            i => format!("(type $t{i} (tuple $t{0} $t{0}))\n", i - 1),
        })
        .collect();
    let last = n - 1;
    let guest = r#"(core module $m (memory (export "memory") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
        (func (export "f") (param i32)))
      (core instance $m (instantiate $m))"#;
    let text = format!(
        r#"(component
          (component $C {types} {guest}
            (func (export "f") (param "t" $t{last}) (canon lift (core func $m "f") (memory (core memory $m "memory"))
              (realloc (core func $m "realloc")) string-encoding=latin1+utf16)))
          (instance $c (instantiate $C)) {guest}
          (core func $f (canon lower (func $c "f") (memory (core memory $m "memory")) string-encoding=latin1+utf16))
          (core module $n (import "" "f" (func $f (param i32))) (func (export "g") (call $f (i32.const 0))))
          (core instance $n (instantiate $n (with "" (instance (export "f" (func $f))))))
          (func (export "g") (canon lift (core func $n "g"))))"#
    );
    wat::parse_str(&text).expect("the text is a component")
}

#[test]
fn types_that_expand_hugely_compile() {
    let compile = |n| cantilever::compile(&doubled(n), &CompileOptions::default(), &()).unwrap().len();
    let (small, large) = (compile(9), compile(18));
    assert!(large < 3 * small, "the code is not linear in the definitions: {small} bytes for 9, {large} for 18");
}
