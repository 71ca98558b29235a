//! A guest whose import fills lists and strings, and which tells what its `realloc` was asked for.

use crate::typed::load;
use cantilever::runtime::{
    Caller, Component, ComponentType, Engine, Error, Fill, HostError, Instance, Lift, Linker, Lower, Store, Val,
};

/// A component whose export `run` returns what its import `read` gives.
pub struct Guest {
    /// The type of both results.
    pub result: &'static str,
    pub encoding: &'static str,
    /// The core type of addresses.
    pub word: &'static str,
    /// What `realloc` does when it has noted its parameters, and before it returns `$new`.
    pub hook: &'static str,
    /// Where it allocates first.
    pub start: u32,
}

impl Default for Guest {
    fn default() -> Self {
        Guest { result: "(list u8)", encoding: "utf8", word: "i32", hook: "", start: 8192 }
    }
}

/// What a room of the guests holds before it is filled.
pub const FRESH: u8 = 0xab;
pub const OUTSIDE: &str = "realloc return: beyond end of memory";

impl Guest {
    pub fn of(result: &'static str) -> Self {
        Guest { result, ..Guest::default() }
    }

    pub fn that(hook: &'static str) -> Self {
        Guest { hook, ..Guest::default() }
    }

    /// `realloc` never frees. It notes the parameters of each call from address 4096 on, which
    /// `log` returns, and fills what it gives with [`FRESH`].
    pub fn text(&self) -> String {
        let Guest { result, encoding, word, hook, start } = self;
        let (memory, width, narrow) =
            if *word == "i64" { ("i64 2", 8, "i32.wrap_i64") } else { ("2", 4, "i32.or (i32.const 0)") };
        let extended =
            |value: &str| if *word == "i64" { format!("(i64.extend_i32_u {value})") } else { value.to_owned() };
        let log = extended("(global.get $log)");
        let count = extended("(i32.shr_u (i32.sub (global.get $log) (i32.const 4096)) (i32.const 2))");
        let notes: Vec<String> = ["old", "old-size", "align", "size"]
            .iter()
            .enumerate()
            .map(|(i, param)| format!("(i32.store offset={} {log} ({narrow} (local.get ${param})))", 4 * i))
            .collect();
        let notes = notes.join("\n      ");
        format!(
            r#"(component
  (import "read" (func $read (param "n" u32) (result {result})))
  (import "tick" (func $tick))
  (core func $tick (canon lower (func $tick)))
  (core module $Libc
    (import "" "tick" (func $tick))
    (tag $tag)
    (memory (export "memory") {memory})
    (global $next (mut {word}) ({word}.const {start}))
    (global $log (mut i32) (i32.const 4096))
    (func (export "realloc") (param $old {word}) (param $old-size {word}) (param $align {word}) (param $size {word})
        (result {word}) (local $new {word})
      {notes}
      (global.set $log (i32.add (global.get $log) (i32.const 16)))
      (local.set $new
        ({word}.and
          ({word}.add (global.get $next) ({word}.sub (local.get $align) ({word}.const 1)))
          ({word}.sub ({word}.const 0) (local.get $align))))
      (global.set $next ({word}.add (local.get $new) (local.get $size)))
      {hook}
      (memory.fill (local.get $new) (i32.const {FRESH}) (local.get $size))
      (memory.copy (local.get $new) (local.get $old) (local.get $old-size))
      (local.get $new))
    (func (export "log") (result {word})
      ({word}.store ({word}.const 4000) ({word}.const 4096))
      ({word}.store offset={width} ({word}.const 4000) {count})
      ({word}.const 4000)))
  (core instance $libc (instantiate $Libc (with "" (instance (export "tick" (func $tick))))))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))
  (core func $read
    (canon lower (func $read) string-encoding={encoding} (memory $memory) (realloc $realloc)))
  (core module $M
    (import "" "read" (func $read (param i32 {word})))
    (func (export "run") (param $n i32) (result {word})
      (call $read (local.get $n) ({word}.const 256))
      ({word}.const 256)))
  (core instance $m (instantiate $M (with "" (instance (export "read" (func $read))))))
  (func (export "run") (param "n" u32) (result {result})
    (canon lift (core func $m "run") string-encoding={encoding} (memory $memory) (realloc $realloc)))
  (func (export "log") (result (list u32)) (canon lift (core func $libc "log") (memory $memory))))"#
        )
    }

    pub fn load(&self, engine: &Engine) -> Component {
        load(engine, &self.text())
    }

    /// Calls it once; what it returned, and the parameters of its calls of `realloc`.
    pub fn run<R, F, A>(&self, n: u32, read: F) -> Result<(A, Vec<[u32; 4]>), Error>
    where
        R: Lower + ComponentType + 'static,
        A: Lift + 'static,
        F: for<'a> Fn(&'a mut u32, (u32,), Fill<'a>) -> Result<R, HostError> + Send + Sync + 'static,
    {
        let engine = Engine::default();
        let component = self.load(&engine);
        let (mut store, instance) = instance(&engine, &component, read);
        let result = instance.get_typed_func::<(u32,), A>(&mut store, "run")?.call(&mut store, (n,))?;
        assert_eq!(*store.data(), 0, "`tick` was called");
        Ok((result, log(&mut store, &instance)))
    }

    /// The message of the trap that a call ends with, after which the instance is locked down.
    pub fn trap<R, F>(&self, n: u32, read: F) -> String
    where
        R: Lower + ComponentType + 'static,
        F: for<'a> Fn(&'a mut u32, (u32,), Fill<'a>) -> Result<R, HostError> + Send + Sync + 'static,
    {
        let engine = Engine::default();
        let (mut store, instance) = instance(&engine, &self.load(&engine), read);
        let run = instance.get_func(&mut store, "run").unwrap();
        let error = run.call(&mut store, &[Val::U32(n)]).unwrap_err();
        let again = run.call(&mut store, &[Val::U32(0)]).unwrap_err();
        assert!(again.to_string().contains("cannot enter component instance"), "{again}");
        assert_eq!(*store.data(), 0, "the room was lent, or `tick` was called");
        error.trap().unwrap().message().to_owned()
    }
}

pub fn instance<R, F>(engine: &Engine, component: &Component, read: F) -> (Store<u32>, Instance)
where
    R: Lower + ComponentType + 'static,
    F: for<'a> Fn(&'a mut u32, (u32,), Fill<'a>) -> Result<R, HostError> + Send + Sync + 'static,
{
    let mut linker = Linker::<u32>::new(engine);
    linker.func_fill::<(u32,), R, _>("read", read).unwrap();
    linker
        .func_wrap("tick", |mut caller: Caller<'_, u32>, ()| {
            *caller.data_mut() += 1;
            Ok(())
        })
        .unwrap();
    let mut store = Store::new(engine, 0);
    let instance = linker.instantiate(&mut store, component).unwrap();
    (store, instance)
}

/// The parameters of the calls of `realloc`.
pub fn log(store: &mut Store<u32>, instance: &Instance) -> Vec<[u32; 4]> {
    let log = instance.get_typed_func::<(), Vec<u32>>(&mut *store, "log").unwrap().call(store, ()).unwrap();
    log.chunks(4).map(|call| call.try_into().unwrap()).collect()
}
