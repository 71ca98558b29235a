//! A resource that the host defines, driven by a guest.
//!
//! The guest imports a resource type `file`. Behind each handle is a Rust value of the host's; the
//! handle's *representation* is the number under which the host keeps it. The guest cannot forge a
//! handle, and when it drops one the host's destructor runs.
//!
//! ```text
//! cargo run --example host_resource
//! ```

use cantilever::Compile;
use cantilever::runtime::{Caller, Component, Engine, Linker, Resource, Store};
use std::collections::BTreeMap;

const COMPONENT: &str = r#"(component
  (import "files" (instance $files
    (export "file" (type $file (sub resource)))
    (export "[static]file.open" (func (param "name" string) (result (own $file))))
    (export "[method]file.write" (func (param "self" (borrow $file)) (param "text" string) (result u32)))))
  (alias export $files "file" (type $file))

  (core module $Memory
    (memory (export "memory") 1)
    (data (i32.const 0) "notes.txt" "one line\0a" "another\0a"))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "memory" (core memory $mem))

  ;; Strings go from the guest's memory to the host, so these two name that memory.
  (core func $open (canon lower (func $files "[static]file.open") (memory $mem)))
  (core func $write (canon lower (func $files "[method]file.write") (memory $mem)))
  (core func $drop (canon resource.drop $file))

  (core module $Code
    (import "files" "open" (func $open (param i32 i32) (result i32)))
    (import "files" "write" (func $write (param i32 i32 i32) (result i32)))
    (import "files" "drop" (func $drop (param i32)))
    (func (export "run") (result i32)
      (local $file i32) (local $written i32)
      (local.set $file (call $open (i32.const 0) (i32.const 9)))
      (local.set $written
        (i32.add
          (call $write (local.get $file) (i32.const 9) (i32.const 9))
          (call $write (local.get $file) (i32.const 18) (i32.const 8))))
      (call $drop (local.get $file))
      (local.get $written)))
  (core instance $code (instantiate $Code
    (with "files" (instance
      (export "open" (func $open))
      (export "write" (func $write))
      (export "drop" (func $drop))))))
  (func (export "run") (result u32) (canon lift (core func $code "run"))))"#;

/// What is behind a handle.
#[derive(Debug)]
struct File {
    name: String,
    text: String,
}

/// The host's data: open files under their representations, and what was closed.
#[derive(Debug, Default)]
struct Files {
    open: BTreeMap<u32, File>,
    closed: Vec<File>,
}

/// Runs the example.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(COMPONENT)?)?;

    let mut linker = Linker::<Files>::new(&engine);
    let mut files = linker.instance("files");
    // The destructor: runs when the guest drops an owned handle.
    files.resource::<File>("file", |mut caller: Caller<'_, Files>, rep: u32| {
        let file = caller.data_mut().open.remove(&rep).expect("an open file");
        caller.data_mut().closed.push(file);
        Ok(())
    })?;
    // `Resource<File>` is a handle of that type. Returned, it is an `own`: the guest has it now.
    files.func_wrap("[static]file.open", |mut caller: Caller<'_, Files>, (name,): (String,)| {
        let open = &mut caller.data_mut().open;
        let rep = open.len() as u32 + 1;
        open.insert(rep, File { name, text: String::new() });
        Ok(Resource::<File>::new(rep))
    })?;
    // As `self` it is a `borrow`: lent for the call.
    files.func_wrap(
        "[method]file.write",
        |mut caller: Caller<'_, Files>, (file, text): (Resource<File>, String)| {
            let file = caller.data_mut().open.get_mut(&file.rep()).expect("an open file");
            file.text.push_str(&text);
            Ok(text.len() as u32)
        },
    )?;

    let mut store = Store::new(&engine, Files::default());
    let instance = linker.instantiate(&mut store, &component)?;
    let run = instance.get_typed_func::<(), u32>(&mut store, "run")?;
    assert_eq!(run.call(&mut store, ())?, 17);

    // The guest dropped its handle, so the destructor has closed the file.
    let files = store.data();
    assert!(files.open.is_empty());
    assert_eq!(files.closed[0].name, "notes.txt");
    assert_eq!(files.closed[0].text, "one line\nanother\n");
    println!("{}: {:?}", files.closed[0].name, files.closed[0].text);
    Ok(())
}
