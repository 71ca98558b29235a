//! Rust values as component values: every type there and back, through core values and through
//! memory, typed and dynamic. Also views of the guest's memory, and filling it. Also the errors for
//! types and handles that do not fit.

mod allocation;
mod borrows;
mod echo;
mod fill;
mod handles;
mod large;
mod lifted;
mod mismatches;
mod random;
mod store;
mod values;
mod views;

use cantilever::Compile;
use cantilever::runtime::{Component, Engine};

/// Compiles a component's text and loads the object.
fn load(engine: &Engine, text: &str) -> Component {
    let bytes = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    Component::new(engine, &bytes).unwrap()
}

/// A core module with a memory and an allocator that frees nothing.
const LIBC: &str = r#"(core module $Libc
    (memory (export "memory") 64)
    (global $next (mut i32) (i32.const 4096))
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (local $new i32)
      (local.set $new
        (i32.and
          (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
          (i32.sub (i32.const 0) (local.get $align))))
      (global.set $next (i32.add (local.get $new) (local.get $size)))
      (memory.copy (local.get $new) (local.get $old) (local.get $old-size))
      (local.get $new)))
  (core instance $libc (instantiate $Libc))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))"#;
