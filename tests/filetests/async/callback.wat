;; A callback is called until the task exits. A synchronous caller waits, so a task that yields goes on; one that asks to
;; wait would wait forever. A caller that lowers with `async` would go on, which is not supported.
;; run: yields() -> 3
;; run: after-return() -> 5
;; run: counted() -> 2
;; trap: waits() -> "cannot block a synchronous task before returning"
;; trap: bad-code() -> "unsupported callback code (3)"
;; trap: exits() -> "ended without a call of `task.return`"
;; trap: call-yields() -> "not supported yet"

(component
  (component $C
    (canon task.return (result u32) (core func $return))
    (core module $M
      (import "" "return" (func $return (param i32)))
      (global $calls (mut i32) (i32.const 0))
      (func (export "yield") (result i32) (i32.const 1))
      (func (export "wait") (result i32) (i32.const 2))
      (func (export "bad-code") (result i32) (i32.const 3))
      (func (export "exit") (result i32) (i32.const 0))
      (func (export "return-and-yield") (result i32)
        (call $return (i32.const 5))
        (i32.const 1))
      ;; Every event is NONE: the task never waited.
      (func (export "third-time") (param i32 i32 i32) (result i32)
        (if (i32.or (local.get 0) (i32.or (local.get 1) (local.get 2))) (then unreachable))
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (if (i32.lt_u (global.get $calls) (i32.const 3)) (then (return (i32.const 1))))
        (call $return (global.get $calls))
        (i32.const 0))
      (func (export "second-time") (param i32 i32 i32) (result i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (i32.lt_u (global.get $calls) (i32.const 2)))
      (func (export "calls") (result i32) (global.get $calls)))
    (core instance $m (instantiate $M (with "" (instance (export "return" (func $return))))))
    (func (export "yields") async (result u32)
      (canon lift (core func $m "yield") async (callback (core func $m "third-time"))))
    (func (export "after-return") async (result u32)
      (canon lift (core func $m "return-and-yield") async (callback (core func $m "second-time"))))
    (func (export "waits") async (result u32)
      (canon lift (core func $m "wait") async (callback (core func $m "third-time"))))
    (func (export "bad-code") async (result u32)
      (canon lift (core func $m "bad-code") async (callback (core func $m "third-time"))))
    (func (export "exits") async (result u32)
      (canon lift (core func $m "exit") async (callback (core func $m "third-time"))))
    (func (export "calls") (result u32) (canon lift (core func $m "calls"))))

  (component $D
    (import "yields" (func $yields async (result u32)))
    (import "after-return" (func $after-return async (result u32)))
    (import "calls" (func $calls (result u32)))
    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))
    (core func $yields' (canon lower (func $yields) async (memory (core memory $memory "memory"))))
    (core func $after-return' (canon lower (func $after-return)))
    (core func $calls' (canon lower (func $calls)))
    (core module $Main
      (import "" "yields" (func $yields (param i32) (result i32)))
      (import "" "after-return" (func $after-return (result i32)))
      (import "" "calls" (func $calls (result i32)))
      (func (export "call-yields") (drop (call $yields (i32.const 0))))
      ;; The callee runs to its end before the caller goes on, also after it has returned.
      (func (export "counted") (result i32)
        (drop (call $after-return))
        (call $calls)))
    (core instance $main (instantiate $Main (with "" (instance
      (export "yields" (func $yields'))
      (export "after-return" (func $after-return'))
      (export "calls" (func $calls'))))))
    (func (export "call-yields") (canon lift (core func $main "call-yields")))
    (func (export "counted") (result u32) (canon lift (core func $main "counted"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D
    (with "yields" (func $c "yields"))
    (with "after-return" (func $c "after-return"))
    (with "calls" (func $c "calls"))))
  (export "yields" (func $c "yields"))
  (export "after-return" (func $c "after-return"))
  (export "waits" (func $c "waits"))
  (export "bad-code" (func $c "bad-code"))
  (export "exits" (func $c "exits"))
  (export "call-yields" (func $d "call-yields"))
  (export "counted" (func $d "counted")))
