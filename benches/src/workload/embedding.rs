//! Between the host and a guest; making instances; compiling.

use super::{LIFT_RUN, MEMORY, Workload, run, sum};
use crate::contestant::Driver;

const GROUP: &str = "The host and a guest";
const INSTANCES: &str = "Instances and compilation";

pub fn all() -> Vec<Workload> {
    let into = |name: &str, component: String, driver| Workload::new(GROUP, name, component).driven(driver);
    let (small, large) = (16, 64 << 10);
    vec![
        into("call into a guest, (u32, u32) -> u32", scalars(), Driver::CallScalars).at_least(15.0),
        into("string into a guest, 16 B", string_in(), Driver::CallString(small)).at_least(2.0),
        into("string into a guest, 64 KiB", string_in(), Driver::CallString(large)).at_least(2.0),
        into("string from a guest, 16 B", string_out(), Driver::ReturnString(small)).at_least(2.0),
        into("string from a guest, 64 KiB", string_out(), Driver::ReturnString(large)).at_least(2.0),
        into("list<u8> into a guest, 64 KiB", bytes_in(), Driver::CallBytes(large)).at_least(2.0),
        Workload::new(GROUP, "call of the host, empty", host("host-empty", "(func)", "", "(call $f)")).at_least(4.0),
        Workload::new(
            GROUP,
            "call of the host, (u32, u32) -> u32",
            host(
                "host-add",
                r#"(func (param "a" u32) (param "b" u32) (result u32))"#,
                "(param i32 i32) (result i32)",
                &sum("(call $f (local.get $i) (i32.const 3))"),
            ),
        )
        .at_least(4.0),
        host_bytes("string to the host, 16 B", "host-text", "string", small),
        host_bytes("string to the host, 64 KiB", "host-text", "string", large),
        host_bytes("list<u8> to the host, 64 KiB", "host-bytes", "(list u8)", large),
        Workload::new(INSTANCES, "instantiate and drop, small", scalars()).driven(Driver::Instantiate).at_least(2.0),
        Workload::new(INSTANCES, "instantiate and drop, with a memory", string_in())
            .driven(Driver::Instantiate)
            .at_least(2.0),
        Workload::new(INSTANCES, "compile, small", string_in()).driven(Driver::Compile).at_least(1.0),
    ]
}

fn scalars() -> String {
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

fn string_in() -> String {
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

fn host_bytes(name: &str, import: &str, ty: &str, len: usize) -> Workload {
    let component = host(
        import,
        &format!(r#"(func (param "x" {ty}) (result u32))"#),
        "(param i32 i32) (result i32)",
        &sum(&format!("(call $f (i32.const 1024) (i32.const {len}))")),
    );
    Workload::new(GROUP, name, component).at_least(2.0)
}
