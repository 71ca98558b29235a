;; An exception goes from module to module: through frames that do not know of it, clauses in order, a cleanup that
;; throws it again by reference, and values of every type; locals keep their values over it.
;; run: sum(1) -> 31
;; run: sum(0) -> 5
;; run: nested() -> 123
;; run: many() -> 600000

(component
  (core module $Thrower
    (tag $t (export "t") (param i32 i64 f32 f64))
    (tag $u (export "u"))
    (func $throw (export "throw") (param i32)
      (if (local.get 0)
        (then (throw $t (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 20)))))
    (func (export "throw-u") (throw $u))
    (table 1 funcref)
    (elem (i32.const 0) $throw)
    (func (export "through") (param i32) (local i64)
      (local.set 1 (i64.extend_i32_u (local.get 0)))
      (call_indirect (param i32) (local.get 0) (i32.const 0))
      (if (i64.ne (local.get 1) (i64.const 0)) (then (unreachable)))))
  (core module $Catcher
    (import "" "t" (tag $t (param i32 i64 f32 f64)))
    (import "" "u" (tag $u))
    (import "" "through" (func $through (param i32)))
    (import "" "throw-u" (func $throw-u))
    (tag $mine)
    (tag $large (param i64 i64 i64 i64 i64 i64 i64))
    (global $cleanups (mut i32) (i32.const 0))
    (func $cleaning (param i32)
      (block $cleanup (result exnref)
        (try_table (catch_all_ref $cleanup) (call $through (local.get 0)))
        (return))
      (global.set $cleanups (i32.add (global.get $cleanups) (i32.const 1)))
      (throw_ref))
    (func (export "sum") (param i32) (result i32)
      (local $a i32) (local $b i64) (local $c f32) (local $d f64) (local $kept i32)
      (local.set $kept (i32.const 4))
      (block $other
        (block $caught (result i32 i64 f32 f64)
          (try_table (catch $mine $other) (catch $t $caught) (catch_all $other)
            (call $cleaning (local.get 0))
            (local.set $kept (i32.const 5)))
          (return (local.get $kept)))
        (local.set $d) (local.set $c) (local.set $b) (local.set $a)
        (return
          (i32.add (i32.add (local.get $a) (i32.wrap_i64 (local.get $b)))
            (i32.add (i32.add (i32.trunc_f32_s (local.get $c)) (i32.trunc_f64_s (local.get $d)))
              (i32.add (local.get $kept) (global.get $cleanups))))))
      (i32.const -1))
    (func (export "nested") (result i32)
      (local $steps i32)
      (block $outer
        (try_table (catch $u $outer)
          (block $inner
            (try_table (catch $mine $inner)
              (local.set $steps (i32.const 1))
              (throw $mine)))
          (local.set $steps (i32.add (i32.mul (local.get $steps) (i32.const 10)) (i32.const 2)))
          (block $not-here
            (try_table (catch $mine $not-here) (call $throw-u)))
          (unreachable)))
      (i32.add (i32.mul (local.get $steps) (i32.const 10)) (i32.const 3)))
    ;; Exceptions that are caught without a reference do not use up the store's quota.
    (func (export "many") (result i32)
      (local $i i32)
      (loop $again
        (block $caught
          (try_table (catch_all $caught)
            (throw $large (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5) (i64.const 6)
              (i64.const 7))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $i) (i32.const 600000))))
      (local.get $i)))
  (core instance $thrower (instantiate $Thrower))
  (core instance $catcher (instantiate $Catcher (with "" (instance $thrower))))
  (func (export "sum") (param "x" u32) (result u32) (canon lift (core func $catcher "sum")))
  (func (export "nested") (result u32) (canon lift (core func $catcher "nested")))
  (func (export "many") (result u32) (canon lift (core func $catcher "many"))))
