//! Calls of a guest by the host, with Rust types and with values of any type.

use super::{MEMORY, Workload};
use crate::bound::bytes;
use crate::contestant::{Call, Driver};

const GROUP: &str = "Calls of a guest by the host";

pub fn all() -> Vec<Workload> {
    let typed = |name: &str, component: String, call| Workload::new(GROUP, name, component).driven(Driver::Typed(call));
    let dynamic = |name: &str, component, call| Workload::new(GROUP, name, component).driven(Driver::Dynamic(call));
    let (small, large) = (16, 64 << 10);
    vec![
        typed("call of a guest, empty", empty(), Call::Empty),
        typed("call of a guest, (u32, u32) -> u32", scalars(), Call::Scalars).at_least(15.0),
        typed("string to a guest, 16 B", string_in(), Call::String(small)).at_least(2.0),
        typed("string to a guest, 64 KiB", string_in(), Call::String(large))
            .at_least(2.0)
            .beside(move || bytes::copy(large)),
        typed("string from a guest, 16 B", string_out(), Call::ReturnString(small)).at_least(2.0),
        typed("string from a guest, 64 KiB", string_out(), Call::ReturnString(large))
            .at_least(2.0)
            .beside(move || bytes::utf8(large)),
        typed("list<u8> to a guest, 64 KiB", bytes_in(), Call::Bytes(large))
            .at_least(2.0)
            .beside(move || bytes::copy(large)),
        typed("own made by a guest and given back", resource(), Call::Own),
        typed("borrow lent to a guest", resource(), Call::Borrow),
        dynamic("dynamic call of a guest, (u32, u32) -> u32", scalars(), Call::Scalars),
        dynamic("dynamic: string to a guest, 16 B", string_in(), Call::String(small)),
        dynamic("dynamic: string to a guest, 64 KiB", string_in(), Call::String(large)),
        dynamic("dynamic: borrow lent to a guest", resource(), Call::Borrow),
    ]
}

fn empty() -> String {
    r#"(component
      (core module $Core (func (export "f")))
      (core instance $core (instantiate $Core))
      (func (export "f") (canon lift (core func $core "f"))))"#
        .to_owned()
}

/// `f: func(a: u32, b: u32) -> u32`
pub fn scalars() -> String {
    r#"(component
      (core module $Core
        (func (export "f") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
      (core instance $core (instantiate $Core))
      (func (export "f") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $core "f"))))"#
        .to_owned()
}

fn takes(name: &str, ty: &str) -> String {
    format!(
        r#"(component
          (core module $Core {MEMORY} (func (export "f") (param i32 i32) (result i32) (local.get 1)))
          (core instance $core (instantiate $Core))
          (func (export "f") (param "{name}" {ty}) (result u32) (canon lift (core func $core "f")
            (memory (core memory $core "memory")) (realloc (core func $core "realloc")))))"#
    )
}

/// `f: func(s: string) -> u32`
pub fn string_in() -> String {
    takes("s", "string")
}

fn bytes_in() -> String {
    takes("l", "(list u8)")
}

fn string_out() -> String {
    format!(
        r#"(component
          (core module $Core {MEMORY}
            (func (export "f") (param i32) (result i32)
              (i32.store (i32.const 8) (i32.const 1024))
              (i32.store (i32.const 12) (local.get 0))
              (i32.const 8)))
          (core instance $core (instantiate $Core))
          (func (export "f") (param "n" u32) (result string) (canon lift (core func $core "f")
            (memory (core memory $core "memory")) (realloc (core func $core "realloc")))))"#
    )
}

/// A guest that implements a resource type.
fn resource() -> String {
    r#"(component
      (type $r' (resource (rep i32)))
      (export $r "r" (type $r'))
      (core func $new (canon resource.new $r'))
      (core func $drop (canon resource.drop $r'))
      (core module $Core
        (import "r" "drop" (func $drop (param i32)))
        (func (export "take") (param i32) (result i32) (call $drop (local.get 0)) (i32.const 1))
        (func (export "get") (param i32) (result i32) (local.get 0)))
      (core instance $core (instantiate $Core (with "r" (instance (export "drop" (func $drop))))))
      (func (export "make") (param "x" u32) (result (own $r)) (canon lift (core func $new)))
      (func (export "take") (param "r" (own $r)) (result u32) (canon lift (core func $core "take")))
      (func (export "get") (param "r" (borrow $r)) (result u32) (canon lift (core func $core "get"))))"#
        .to_owned()
}
