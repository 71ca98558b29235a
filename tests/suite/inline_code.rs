//! What compiled guest loops look like: handle operations and calls across components are
//! instructions in the loop, and no call is made on its hot path.

use cantilever::{CompileOptions, EmitText, emit_text};

/// A component that defines and uses a resource type.
const ALONE: &str = r#"(component
  (type $r (resource (rep i32)))
  (core func $new (canon resource.new $r))
  (core func $rep (canon resource.rep $r))
  (core func $drop (canon resource.drop $r))
  (core module $Guest
    (import "r" "new" (func $new (param i32) (result i32)))
    (import "r" "rep" (func $rep (param i32) (result i32)))
    (import "r" "drop" (func $drop (param i32)))
    (func $sum-reps (export "sum-reps") (param $n i32) (result i32)
      (local $handle i32) (local $sum i32)
      (local.set $handle (call $new (i32.const 7)))
      (loop $again
        (local.set $sum (i32.add (local.get $sum) (call $rep (local.get $handle))))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (call $drop (local.get $handle))
      (local.get $sum))
    (func $make-and-drop (export "make-and-drop") (param $n i32) (result i32)
      (loop $again
        (call $drop (call $new (local.get $n)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $n)))
  (core instance $guest (instantiate $Guest
    (with "r" (instance
      (export "new" (func $new))
      (export "rep" (func $rep))
      (export "drop" (func $drop))))))
  (func (export "sum-reps") (param "n" u32) (result u32) (canon lift (core func $guest "sum-reps")))
  (func (export "make-and-drop") (param "n" u32) (result u32) (canon lift (core func $guest "make-and-drop"))))"#;

/// A component whose resource type has a destructor.
const DESTROYED: &str = r#"(component
  (core module $Dtor
    (global $sum (mut i32) (i32.const 0))
    (func (export "dtor") (param i32) (global.set $sum (i32.add (global.get $sum) (local.get 0)))))
  (core instance $dtor (instantiate $Dtor))
  (type $r (resource (rep i32) (dtor (core func $dtor "dtor"))))
  (core func $new (canon resource.new $r))
  (core func $drop (canon resource.drop $r))
  (core module $Guest
    (import "r" "new" (func $new (param i32) (result i32)))
    (import "r" "drop" (func $drop (param i32)))
    (func $make-and-drop (export "make-and-drop") (param $n i32) (result i32)
      (loop $again
        (call $drop (call $new (local.get $n)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $n)))
  (core instance $guest (instantiate $Guest
    (with "r" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
  (func (export "make-and-drop") (param "n" u32) (result u32) (canon lift (core func $guest "make-and-drop"))))"#;

/// A component that defines a resource type, and one that uses it.
const ACROSS: &str = r#"(component
  (component $Maker
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r))
    (core func $rep (canon resource.rep $r))
    (core func $drop (canon resource.drop $r))
    (core module $Def
      (import "r" "new" (func $new (param i32) (result i32)))
      (import "r" "rep" (func $rep (param i32) (result i32)))
      (import "r" "drop" (func $drop (param i32)))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "value") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
      (func (export "give") (param i32) (result i32)
        (call $rep (local.get 0))
        (call $drop (local.get 0))))
    (core instance $def (instantiate $Def
      (with "r" (instance
        (export "new" (func $new))
        (export "rep" (func $rep))
        (export "drop" (func $drop))))))
    (func (export "make") (param "n" u32) (result (own $r)) (canon lift (core func $def "make")))
    (func (export "value") (param "of" (borrow $r)) (result u32) (canon lift (core func $def "value")))
    (func (export "give") (param "r" (own $r)) (result u32) (canon lift (core func $def "give"))))
  (component $User
    (import "maker" (instance $maker
      (export "r" (type $r (sub resource)))
      (export "make" (func (param "n" u32) (result (own $r))))
      (export "value" (func (param "of" (borrow $r)) (result u32)))
      (export "give" (func (param "r" (own $r)) (result u32)))))
    (alias export $maker "r" (type $r))
    (core func $drop (canon resource.drop $r))
    (core func $make (canon lower (func $maker "make")))
    (core func $value (canon lower (func $maker "value")))
    (core func $give (canon lower (func $maker "give")))
    (core module $Guest
      (import "maker" "drop" (func $drop (param i32)))
      (import "maker" "make" (func $make (param i32) (result i32)))
      (import "maker" "value" (func $value (param i32) (result i32)))
      (import "maker" "give" (func $give (param i32) (result i32)))
      (func $sum-values (export "sum-values") (param $n i32) (result i32)
        (local $handle i32) (local $sum i32)
        (local.set $handle (call $make (i32.const 5)))
        (loop $again
          (local.set $sum (i32.add (local.get $sum) (call $value (local.get $handle))))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (call $drop (local.get $handle))
        (local.get $sum))
      (func $there-and-back (export "there-and-back") (param $n i32) (result i32)
        (local $sum i32)
        (loop $again
          (local.set $sum (i32.add (local.get $sum) (call $give (call $make (local.get $n)))))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $sum)))
    (core instance $guest (instantiate $Guest
      (with "maker" (instance
        (export "drop" (func $drop))
        (export "make" (func $make))
        (export "value" (func $value))
        (export "give" (func $give))))))
    (func (export "sum-values") (param "n" u32) (result u32) (canon lift (core func $guest "sum-values")))
    (func (export "there-and-back") (param "n" u32) (result u32) (canon lift (core func $guest "there-and-back"))))
  (instance $maker (instantiate $Maker))
  (instance $user (instantiate $User (with "maker" (instance $maker))))
  (export "sum-values" (func $user "sum-values"))
  (export "there-and-back" (func $user "there-and-back")))"#;

/// A guest that calls an adapter through a shim, as toolchains make it.
const THROUGH_SHIM: &str = r#"(component
  (component $Maker
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core module $Def
      (memory (export "memory") 1)
      (func (export "name") (param i32) (result i32)
        (i32.store (i32.const 8) (i32.const 16)) (i32.store (i32.const 12) (local.get 0)) (i32.const 8)))
    (core instance $def (instantiate $Def))
    (core func $new (canon resource.new $r))
    (func (export "make") (param "rep" u32) (result (own $r)) (canon lift (core func $new)))
    (func (export "pair") (param "of" (borrow $r)) (result (tuple u32 u32))
      (canon lift (core func $def "name") (memory (core memory $def "memory")))))
  (component $User
    (import "maker" (instance $maker
      (export "r" (type $r (sub resource)))
      (export "make" (func (param "rep" u32) (result (own $r))))
      (export "pair" (func (param "of" (borrow $r)) (result (tuple u32 u32))))))
    (alias export $maker "r" (type $r))
    ;; The adapter needs the guest's memory, and the guest needs the adapter: so the guest gets a shim that calls through a
    ;; table, which is filled when both are there.
    (core module $Shim
      (type $pair (func (param i32 i32)))
      (table (export "$imports") 1 1 funcref)
      (func (export "0") (param i32 i32)
        (call_indirect (type $pair) (local.get 0) (local.get 1) (i32.const 0))))
    (core module $Guest
      (import "maker" "drop" (func $drop (param i32)))
      (import "maker" "make" (func $make (param i32) (result i32)))
      (import "maker" "pair" (func $pair (param i32 i32)))
      (memory (export "memory") 1)
      (func $sum-pairs (export "sum-pairs") (param $n i32) (result i32)
        (local $handle i32) (local $sum i32)
        (local.set $handle (call $make (i32.const 5)))
        (loop $again
          (call $pair (local.get $handle) (i32.const 0))
          (local.set $sum (i32.add (local.get $sum) (i32.load (i32.const 4))))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (call $drop (local.get $handle))
        (local.get $sum)))
    (core module $Fixup
      (import "" "$imports" (table 1 1 funcref))
      (import "" "0" (func $pair (param i32 i32)))
      (elem (i32.const 0) func $pair))
    (core instance $shim (instantiate $Shim))
    (core func $drop (canon resource.drop $r))
    (core func $make (canon lower (func $maker "make")))
    (core instance $guest (instantiate $Guest
      (with "maker" (instance
        (export "drop" (func $drop))
        (export "make" (func $make))
        (export "pair" (func $shim "0"))))))
    (core func $pair (canon lower (func $maker "pair") (memory (core memory $guest "memory"))))
    (core instance (instantiate $Fixup
      (with "" (instance
        (export "$imports" (table $shim "$imports"))
        (export "0" (func $pair))))))
    (func (export "sum-pairs") (param "n" u32) (result u32) (canon lift (core func $guest "sum-pairs"))))
  (instance $maker (instantiate $Maker))
  (instance $user (instantiate $User (with "maker" (instance $maker))))
  (export "sum-pairs" (func $user "sum-pairs")))"#;

/// The listing of the one function of that name.
fn listing(component: &str, name: &str, what: EmitText) -> String {
    let bytes = wat::parse_str(component).unwrap();
    let text = emit_text(&bytes, &CompileOptions::default(), what, Some(name)).unwrap();
    assert_eq!(text.matches("\nfunction ").count() + usize::from(text.starts_with("function ")), 1, "{text}");
    text
}

/// The lines of those blocks that are not cold.
fn hot_lines(listing: &str) -> Vec<&str> {
    let mut cold = false;
    let mut lines = Vec::new();
    for line in listing.lines().map(str::trim) {
        if line.starts_with("block") {
            let header = line.split(';').next().unwrap_or(line);
            cold = header.trim_end().trim_end_matches(':').ends_with(" cold");
        } else if !cold {
            lines.push(line);
        }
    }
    lines
}

/// The calls among them.
fn hot_calls(listing: &str) -> Vec<&str> {
    hot_lines(listing).into_iter().filter(|line| is_call(line)).collect()
}

/// Is a line an instruction like `@02c9 v5 = call fn0(v0, v4)  ; v4 = 5`? The preamble's `fn0 = …`
/// only declares what can be called.
fn is_call(line: &str) -> bool {
    let code = line.split(';').next().unwrap_or(line);
    let instruction = code.split_once(" = ").map_or(code, |(_, instruction)| instruction);
    let mut words = instruction.split_whitespace().skip_while(|word| word.starts_with('@'));
    matches!(words.next(), Some("call" | "call_indirect" | "try_call" | "try_call_indirect" | "return_call"))
}

/// Checks that handles are looked up in the function itself, and that nothing is called on the way.
fn assert_inline(component: &str, function: &str) {
    for what in [EmitText::Clif, EmitText::OptimizedClif] {
        let text = listing(component, function, what);
        assert!(text.contains("unknown handle index"), "no handle is looked up in {function}:\n{text}");
        assert_eq!(hot_calls(&text), [""; 0], "calls on the hot path of {function}:\n{text}");
        assert!(!text.contains("; may_leave"), "a flag that never changes is looked at in {function}:\n{text}");
    }
}

#[test]
fn representations_are_read_in_the_loop() {
    assert_inline(ALONE, "Guest.sum-reps");
}

#[test]
fn handles_are_made_and_dropped_in_the_loop() {
    assert_inline(ALONE, "Guest.make-and-drop");
}

#[test]
fn destructors_run_in_the_loop() {
    assert_inline(DESTROYED, "Guest.make-and-drop");
}

#[test]
fn a_borrowing_call_to_the_implementer_is_dissolved() {
    assert_inline(ACROSS, "Guest.sum-values");
}

#[test]
fn an_owned_handle_goes_there_and_back_in_the_loop() {
    assert_inline(ACROSS, "Guest.there-and-back");
}

#[test]
fn a_call_through_a_shim_is_dissolved() {
    assert_inline(THROUGH_SHIM, "Guest.sum-pairs");
}

#[test]
fn the_example_of_the_readme_calls_nothing() {
    assert_inline(include_str!("../../examples/counter.wat"), "Main.count");
}

#[test]
fn without_optimisation_the_same_loop_calls() {
    let bytes = wat::parse_str(ALONE).unwrap();
    let options = CompileOptions { opt_level: cantilever::OptLevel::None, ..CompileOptions::default() };
    let text = emit_text(&bytes, &options, EmitText::Clif, Some("Guest.sum-reps")).unwrap();
    assert!(!hot_calls(&text).is_empty(), "{text}");
}

#[test]
fn cold_blocks_may_call() {
    let text = "function u0:0() {\n  fn0 = u0:1 sig0\nblock0(v0: i64):\n  brif v0, block1, block2\n\nblock1 cold:\n  \
                v1 = call fn0(v0)  ; call x\n  trap user1\n\nblock2:\n@01 v2 = call fn0(v0)  ; v0 = 1\n  call fn0(v2)\n  return\n}";
    assert_eq!(hot_calls(text), ["@01 v2 = call fn0(v0)  ; v0 = 1", "call fn0(v2)"]);
}
