//! Handles: built-ins in a guest's loop, and transfers between components.

use super::{LIFT_RUN, Workload, joined, run, sum};
use crate::bound::handles as bounds;

const GROUP: &str = "Handles";

pub fn all() -> Vec<Workload> {
    vec![
        Workload::new(GROUP, "new + drop", alone()).at_least(30.0).bound(1.3, bounds::new_drop),
        Workload::new(GROUP, "new + drop with destructor", with_destructor()).at_least(20.0),
        Workload::new(GROUP, "rep", rep()).at_least(30.0).bound(1.3, bounds::rep),
        Workload::new(GROUP, "own made, passed, given back, dropped", own()).at_least(25.0).bound(1.3, bounds::own),
        Workload::new(GROUP, "method on a borrow, callee's resource", method())
            .at_least(60.0)
            .bound(1.3, bounds::method),
        Workload::new(GROUP, "borrow lent to a third component", lent()).at_least(45.0).bound(1.3, bounds::lent),
        Workload::new(GROUP, "list<own> of 100", list_own()).at_least(15.0),
        Workload::new(GROUP, "list<borrow> of 100", list_borrow()).at_least(15.0),
    ]
}

/// A component that uses its own resource type.
fn alone() -> String {
    let body =
        format!("(local.set $h (call $new (local.get $i))) (call $drop (local.get $h)) {}", sum("(local.get $h)"));
    let run = run("(local $h i32)", "", &body);
    format!(
        r#"(component
          (type $r (resource (rep i32)))
          (core func $new (canon resource.new $r))
          (core func $drop (canon resource.drop $r))
          (core module $Core
            (import "r" "new" (func $new (param i32) (result i32)))
            (import "r" "drop" (func $drop (param i32)))
            {run})
          (core instance $core (instantiate $Core
            (with "r" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
          {LIFT_RUN})"#
    )
}

fn with_destructor() -> String {
    let run = run("", "", "(call $drop (call $new (local.get $i)))");
    let run = run.replacen("(local.get $sum))", "(call $dropped))", 1);
    format!(
        r#"(component
          (core module $Dtor
            (global $sum (mut i32) (i32.const 0))
            (func (export "dtor") (param i32) (global.set $sum (i32.add (global.get $sum) (local.get 0))))
            (func (export "dropped") (result i32) (global.get $sum)))
          (core instance $dtor (instantiate $Dtor))
          (type $r (resource (rep i32) (dtor (core func $dtor "dtor"))))
          (core func $new (canon resource.new $r))
          (core func $drop (canon resource.drop $r))
          (core module $Core
            (import "r" "new" (func $new (param i32) (result i32)))
            (import "r" "drop" (func $drop (param i32)))
            (import "dtor" "dropped" (func $dropped (result i32)))
            {run})
          (core instance $core (instantiate $Core
            (with "r" (instance (export "new" (func $new)) (export "drop" (func $drop))))
            (with "dtor" (instance $dtor))))
          {LIFT_RUN})"#
    )
}

fn rep() -> String {
    let run = run("(local $h i32)", "(local.set $h (call $new (i32.const 7)))", &sum("(call $rep (local.get $h))"));
    let run = run.replacen("(local.get $sum))", "(call $drop (local.get $h)) (local.get $sum))", 1);
    format!(
        r#"(component
          (type $r (resource (rep i32)))
          (core func $new (canon resource.new $r))
          (core func $rep (canon resource.rep $r))
          (core func $drop (canon resource.drop $r))
          (core module $Core
            (import "r" "new" (func $new (param i32) (result i32)))
            (import "r" "rep" (func $rep (param i32) (result i32)))
            (import "r" "drop" (func $drop (param i32)))
            {run})
          (core instance $core (instantiate $Core
            (with "r" (instance (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
          {LIFT_RUN})"#
    )
}

/// The component that implements the resource type.
const MAKER: &str = r#"
  (type $r (resource (rep i32)))
  (export $R "r" (type $r))
  (core func $new (canon resource.new $r))
  (core func $rep (canon resource.rep $r))
  (core func $drop (canon resource.drop $r))
  (core module $Core
    (import "r" "new" (func $new (param i32) (result i32)))
    (import "r" "rep" (func $rep (param i32) (result i32)))
    (import "r" "drop" (func $drop (param i32)))
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "take") (param i32) (result i32) (local $rep i32)
      (local.set $rep (call $rep (local.get 0)))
      (call $drop (local.get 0))
      (local.get $rep))
    (func (export "get") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
    (func (export "take-all") (param $at i32) (param $len i32) (result i32) (local $sum i32)
      (loop $next
        (if (local.get $len) (then
          (local.set $sum (i32.add (local.get $sum) (call $rep (i32.load (local.get $at)))))
          (call $drop (i32.load (local.get $at)))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (local.set $len (i32.sub (local.get $len) (i32.const 1)))
          (br $next))))
      (local.get $sum))
    (func (export "get-all") (param $at i32) (param $len i32) (result i32) (local $sum i32)
      (loop $next
        (if (local.get $len) (then
          (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (local.set $len (i32.sub (local.get $len) (i32.const 1)))
          (br $next))))
      (local.get $sum)))
  (core instance $core (instantiate $Core
    (with "r" (instance (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
  (alias core export $core "memory" (core memory $memory))
  (alias core export $core "realloc" (core func $realloc))
  (func (export "make") (param "x" u32) (result (own $R)) (canon lift (core func $core "make")))
  (func (export "take") (param "r" (own $R)) (result u32) (canon lift (core func $core "take")))
  (func (export "get") (param "r" (borrow $R)) (result u32) (canon lift (core func $core "get")))
  (func (export "take-all") (param "r" (list (own $R))) (result u32)
    (canon lift (core func $core "take-all") (memory $memory) (realloc $realloc)))
  (func (export "get-all") (param "r" (list (borrow $R))) (result u32)
    (canon lift (core func $core "get-all") (memory $memory) (realloc $realloc)))"#;

/// The type of what the maker exports, for imports.
const MAKER_EXPORTS: &str = r#"
  (export "r" (type $r (sub resource)))
  (export "make" (func (param "x" u32) (result (own $r))))
  (export "take" (func (param "r" (own $r)) (result u32)))
  (export "get" (func (param "r" (borrow $r)) (result u32)))
  (export "take-all" (func (param "r" (list (own $r))) (result u32)))
  (export "get-all" (func (param "r" (list (borrow $r))) (result u32)))"#;

/// A component that uses the maker's exports.
fn user(run: &str) -> String {
    format!(
        r#"(import "callee" (instance $callee {MAKER_EXPORTS}))
          (alias export $callee "r" (type $r))
          (core module $Memory (memory (export "memory") 1))
          (core instance $memory (instantiate $Memory))
          (alias core export $memory "memory" (core memory $memory))
          (core func $drop (canon resource.drop $r))
          (core func $make (canon lower (func $callee "make")))
          (core func $take (canon lower (func $callee "take")))
          (core func $get (canon lower (func $callee "get")))
          (core func $take-all (canon lower (func $callee "take-all") (memory $memory)))
          (core func $get-all (canon lower (func $callee "get-all") (memory $memory)))
          (core module $Core
            (import "m" "memory" (memory 1))
            (import "r" "drop" (func $drop (param i32)))
            (import "r" "make" (func $make (param i32) (result i32)))
            (import "r" "take" (func $take (param i32) (result i32)))
            (import "r" "get" (func $get (param i32) (result i32)))
            (import "r" "take-all" (func $take-all (param i32 i32) (result i32)))
            (import "r" "get-all" (func $get-all (param i32 i32) (result i32)))
            (func $fill (local $k i32)
              (loop $next
                (i32.store (i32.shl (local.get $k) (i32.const 2)) (call $make (local.get $k)))
                (local.set $k (i32.add (local.get $k) (i32.const 1)))
                (br_if $next (i32.lt_u (local.get $k) (i32.const 100)))))
            (func $empty (local $k i32)
              (loop $next
                (call $drop (i32.load (i32.shl (local.get $k) (i32.const 2))))
                (local.set $k (i32.add (local.get $k) (i32.const 1)))
                (br_if $next (i32.lt_u (local.get $k) (i32.const 100)))))
            {run})
          (core instance $core (instantiate $Core
            (with "m" (instance $memory))
            (with "r" (instance
              (export "drop" (func $drop)) (export "make" (func $make)) (export "take" (func $take))
              (export "get" (func $get)) (export "take-all" (func $take-all)) (export "get-all" (func $get-all))))))
          {LIFT_RUN}"#
    )
}

fn own() -> String {
    joined(MAKER, &user(&run("", "", &sum("(call $take (call $make (local.get $i)))"))))
}

fn method() -> String {
    let run = run("(local $h i32)", "(local.set $h (call $make (i32.const 7)))", &sum("(call $get (local.get $h))"));
    let run = run.replacen("(local.get $sum))", "(call $drop (local.get $h)) (local.get $sum))", 1);
    joined(MAKER, &user(&run))
}

fn list_own() -> String {
    let body = format!("(call $fill) {}", sum("(call $take-all (i32.const 0) (i32.const 100))"));
    joined(MAKER, &user(&run("", "", &body)))
}

fn list_borrow() -> String {
    let run = run("", "(call $fill)", &sum("(call $get-all (i32.const 0) (i32.const 100))"));
    joined(MAKER, &user(&run.replacen("(local.get $sum))", "(call $empty) (local.get $sum))", 1)))
}

/// A maker, a component that only looks at a borrow and drops it, and a user of both.
fn lent() -> String {
    let run = run("(local $h i32)", "(local.set $h (call $make (i32.const 7)))", &sum("(call $look (local.get $h))"));
    let run = run.replacen("(local.get $sum))", "(call $drop (local.get $h)) (local.get $sum))", 1);
    format!(
        r#"(component
          (component $Maker {MAKER})
          (component $Third
            (import "r" (type $r (sub resource)))
            (core func $drop (canon resource.drop $r))
            (core module $Core
              (import "r" "drop" (func $drop (param i32)))
              (func (export "look") (param i32) (result i32) (call $drop (local.get 0)) (local.get 0)))
            (core instance $core (instantiate $Core (with "r" (instance (export "drop" (func $drop))))))
            (func (export "look") (param "r" (borrow $r)) (result u32) (canon lift (core func $core "look"))))
          (component $User
            (import "r" (type $r (sub resource)))
            (import "make" (func $make (param "x" u32) (result (own $r))))
            (import "look" (func $look (param "r" (borrow $r)) (result u32)))
            (core func $drop (canon resource.drop $r))
            (core func $make' (canon lower (func $make)))
            (core func $look' (canon lower (func $look)))
            (core module $Core
              (import "r" "drop" (func $drop (param i32)))
              (import "r" "make" (func $make (param i32) (result i32)))
              (import "r" "look" (func $look (param i32) (result i32)))
              {run})
            (core instance $core (instantiate $Core (with "r" (instance
              (export "drop" (func $drop)) (export "make" (func $make')) (export "look" (func $look'))))))
            {LIFT_RUN})
          (instance $maker (instantiate $Maker))
          (alias export $maker "r" (type $r))
          (instance $third (instantiate $Third (with "r" (type $r))))
          (instance $user (instantiate $User
            (with "r" (type $r)) (with "make" (func $maker "make")) (with "look" (func $third "look"))))
          (export "run" (func $user "run")))"#
    )
}
