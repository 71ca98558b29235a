//! Faults of compiled code that are our own mistakes: they end the process, and are not taken for
//! traps.

use super::compiled::Compile;
use crate::sys::address_space::AddressSpace;
use crate::*;
use cantilever_abi::block::MemoryDef;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

/// Set in a child process: which mistake it makes.
const MISTAKE: &str = "CANTILEVER_TEST_MISTAKE";

/// Loads of the memory of an instance whose definition is wrong.
fn make(mistake: &str) {
    let engine = Engine::default();
    let wasm = wat::parse_str(
        r#"(module (memory (export "m") 1) (func (export "load") (param i32) (result i32) (i32.load (local.get 0))))"#,
    );
    let module = Module::new(&engine, &wasm.unwrap()).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = CoreLinker::new().instantiate(&mut store, &module).unwrap();
    let load = instance.get_func(&mut store, "load").unwrap();
    let load = |store: &mut Store<()>, at: i32| load.call(store, &[CoreVal::I32(at)]);
    assert_eq!(load(&mut store, 8).unwrap(), [CoreVal::I32(0)]);
    for outside in [65533, 65536, -1] {
        assert!(load(&mut store, outside).unwrap_err().to_string().contains("out of bounds"));
    }
    let elsewhere = AddressSpace::reserve(1 << 20).unwrap();
    let record = &store.state().instances[0];
    let def = record.block.at::<MemoryDef>(record.image.plan.memories.plans[0].at).unwrap();
    // SAFETY: the definition is the instance's. What comes of it is what is tested.
    unsafe {
        match mistake {
            "elsewhere" => (*def).base = elsewhere.base(),
            // The runtime believes that more can be accessed than can.
            "too-long" => (*def).len += 1 << 16,
            _ => return,
        }
    }
    let _ = load(&mut store, 65536);
}

#[test]
fn a_fault_that_no_guest_can_cause_ends_the_process() {
    if let Ok(mistake) = std::env::var(MISTAKE) {
        return make(&mistake);
    }
    let run = |mistake: &str| {
        let test = "tests::faults::a_fault_that_no_guest_can_cause_ends_the_process";
        let child = Command::new("sh")
            .args(["-c", "ulimit -c 0; exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", test])
            .env(MISTAKE, mistake)
            .output();
        child.unwrap().status
    };
    assert!(run("none").success());
    for mistake in ["elsewhere", "too-long"] {
        assert_eq!(run(mistake).signal(), Some(libc::SIGSEGV), "{mistake}");
    }
}
