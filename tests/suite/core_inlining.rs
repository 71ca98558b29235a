//! Small core functions are dissolved in the core functions that call them, unless nothing shall
//! be.

use cantilever::{CompileOptions, EmitText, emit_text};

/// `$leaf` is small and calls nothing, `$wrapper` is small and calls it, `$forever` is small and
/// calls itself.
const MODULE: &str = r#"(module
  (memory 1)
  (func $leaf (param i32) (result i32) (i32.load (i32.add (local.get 0) (i32.const 4))))
  (func $wrapper (param i32) (result i32) (call $leaf (i32.shl (local.get 0) (i32.const 2))))
  (func $forever (param i32) (result i32) (call $forever (i32.add (local.get 0) (i32.const 1))))
  (func $large (export "large") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (call $wrapper (local.get $n))))
      (local.set $sum (i32.mul (local.get $sum) (i32.const 31)))
      (local.set $sum (i32.xor (local.get $sum) (i32.shr_u (local.get $sum) (i32.const 7))))
      (local.set $sum (i32.rotl (local.get $sum) (i32.const 5)))
      (local.set $sum (i32.rotr (i32.popcnt (local.get $sum)) (i32.clz (local.get $sum))))
      (local.set $sum (i32.sub (i32.ctz (local.get $sum)) (i32.div_s (local.get $sum) (i32.const 7))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func $start (export "start") (result i32) (call $forever (i32.const 0))))"#;

/// How many calls the function of this name makes.
fn calls(function: &str, options: &CompileOptions) -> usize {
    let module = wat::parse_str(MODULE).unwrap();
    let text = emit_text(&module, options, EmitText::Clif, Some(function)).unwrap();
    assert_eq!(text.matches("\nfunction ").count() + usize::from(text.starts_with("function ")), 1, "{text}");
    text.matches(" call fn").count()
}

#[test]
fn small_functions_are_dissolved_through_their_wrappers() {
    assert_eq!(calls(".large", &CompileOptions::default()), 0);
}

#[test]
fn recursion_stays_a_call() {
    assert_eq!(calls(".forever", &CompileOptions::default()), 1);
    assert_eq!(calls(".start", &CompileOptions::default()), 1);
}

#[test]
fn without_inlining_every_call_is_one() {
    let options = CompileOptions { inlining: false, ..CompileOptions::default() };
    assert_eq!(calls(".large", &options), 1);
    assert_eq!(calls(".wrapper", &options), 1);
}
