//! Making instances of components with much in them: data, or functions in a table.

use super::Workload;
use crate::contestant::Driver;
use std::fmt::Write;

const GROUP: &str = "Instances and compilation";

pub fn all() -> Vec<Workload> {
    let made =
        |name: &str, component: String| Workload::new(GROUP, name, component).driven(Driver::Instantiate).at_least(2.0);
    vec![
        made("instantiate and drop, 1 MiB of data", data(1 << 20)),
        made("instantiate and drop, 1000 functions in a table", functions(1000)),
    ]
}

/// A component with so many bytes of data in its memory.
fn data(bytes: usize) -> String {
    let text = "All that is the case. ".repeat(bytes.div_ceil(22));
    component(&format!(r#"(memory (export "memory") 32) (data (i32.const 1024) "{}")"#, &text[..bytes]))
}

/// A component with so many functions, which differ, all in a table; and globals and a little data,
/// as toolchains make them.
fn functions(count: usize) -> String {
    let mut text = format!(
        r#"(memory (export "memory") 17) (data (i32.const 1024) "{}") (global (mut i32) (i32.const 65536))
           (table (export "t") {} funcref) (elem (i32.const 1)"#,
        "z".repeat(20 << 10),
        count + 1
    );
    (0..count).for_each(|i| write!(text, " $f{i}").expect("writing to a string does not fail"));
    text.push(')');
    for i in 0..count {
        write!(text, "(func $f{i} (param i32) (result i32) (i32.add (local.get 0) (i32.const {i})))")
            .expect("writing to a string does not fail");
    }
    component(&text)
}

fn component(core: &str) -> String {
    format!(
        r#"(component
          (core module $Core {core} (func (export "f") (result i32) (i32.const 1)))
          (core instance $core (instantiate $Core))
          (func (export "f") (result u32) (canon lift (core func $core "f"))))"#
    )
}
