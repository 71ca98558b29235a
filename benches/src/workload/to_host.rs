//! Calls of the host in a guest's loop.

use super::{LIFT_RUN, Workload, run, sum};
use crate::bound::bytes as bounds;

const GROUP: &str = "Calls of the host by a guest";

const NUMBERS: &str = r#"(func (param "a" u32) (param "b" u32) (result u32))"#;

pub fn all() -> Vec<Workload> {
    let call =
        |name: &str, import, ty: &str, core, step: &str| Workload::new(GROUP, name, host(import, ty, core, step));
    let add = sum("(call $f (local.get $i) (i32.const 3))");
    let (small, large) = (16, 64 << 10);
    vec![
        call("call of the host, empty", "host-empty", "(func)", "", "(call $f)").at_least(4.0),
        call("call of the host, (u32, u32) -> u32", "host-add", NUMBERS, "(param i32 i32) (result i32)", &add)
            .at_least(4.0),
        bytes("string to the host, 16 B", "host-text", "string", small).at_least(2.0),
        bytes("string to the host, 64 KiB", "host-text", "string", large)
            .at_least(2.0)
            .beside(move || bounds::utf8(large)),
        bytes("list<u8> to the host, 64 KiB", "host-bytes", "(list u8)", large)
            .at_least(2.0)
            .beside(move || bounds::copy(large)),
        bytes("string shown to the host, 16 B", "host-text-view", "string", small).at_least(2.0),
        bytes("string shown to the host, 64 KiB", "host-text-view", "string", large).at_least(2.0),
        bytes("list<u8> shown to the host, 64 KiB", "host-bytes-view", "(list u8)", large).at_least(2.0),
        Workload::new(GROUP, "own made by the host and given back", resource("", &sum("(call $take (call $make))"))),
        Workload::new(
            GROUP,
            "borrow lent to the host",
            resource("(local.set $h (call $make))", &sum("(call $get (local.get $h))")),
        )
        .at_least(15.0),
        call(
            "dynamic call of the host, (u32, u32) -> u32",
            "dynamic-add",
            NUMBERS,
            "(param i32 i32) (result i32)",
            &add,
        ),
        bytes("dynamic: string to the host, 16 B", "dynamic-text", "string", small),
        bytes("dynamic: string to the host, 64 KiB", "dynamic-text", "string", large),
    ]
}

/// A guest that calls a function of the host in its loop.
fn host(name: &str, ty: &str, core: &str, step: &str) -> String {
    format!(
        r#"(component
          (import "{name}" (func $f {}
          (core module $Memory (memory (export "memory") 32))
          (core instance $memory (instantiate $Memory))
          (core func $f (canon lower (func $f) (memory (core memory $memory "memory"))))
          (core module $Core (import "host" "f" (func $f {core})) {})
          (core instance $core (instantiate $Core (with "host" (instance (export "f" (func $f))))))
          {LIFT_RUN})"#,
        // The type's own closing parenthesis, and that of the import.
        ty.replacen("(func", "", 1) + ")",
        run("", "", step)
    )
}

/// A guest that passes as many bytes of its memory, which are all zero.
fn bytes(name: &str, import: &str, ty: &str, len: usize) -> Workload {
    let component = host(
        import,
        &format!(r#"(func (param "x" {ty}) (result u32))"#),
        "(param i32 i32) (result i32)",
        &sum(&format!("(call $f (i32.const 1024) (i32.const {len}))")),
    );
    Workload::new(GROUP, name, component)
}

/// A guest that has a resource of the host's.
fn resource(before: &str, step: &str) -> String {
    format!(
        r#"(component
          (import "r" (type $r (sub resource)))
          (import "host-make" (func $make (result (own $r))))
          (import "host-take" (func $take (param "r" (own $r)) (result u32)))
          (import "host-get" (func $get (param "r" (borrow $r)) (result u32)))
          (core func $make (canon lower (func $make)))
          (core func $take (canon lower (func $take)))
          (core func $get (canon lower (func $get)))
          (core module $Core
            (import "r" "make" (func $make (result i32)))
            (import "r" "take" (func $take (param i32) (result i32)))
            (import "r" "get" (func $get (param i32) (result i32)))
            {})
          (core instance $core (instantiate $Core (with "r" (instance
            (export "make" (func $make)) (export "take" (func $take)) (export "get" (func $get))))))
          {LIFT_RUN})"#,
        run("(local $h i32)", before, step)
    )
}
