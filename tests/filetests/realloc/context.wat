;; `realloc` runs in a task of its own: its storage is 0 at first, and what it sets is not seen afterwards, neither when a
;; parameter is lowered nor when a result is. A start function has a task of its own, too.
;; run: given("abc") -> 0
;; run: received() -> 11
;; run: started() -> 0

(component
  (component $Source
    (core module $M
      (memory (export "memory") 1)
      (data (i32.const 0) "\08\00\00\00\03\00\00\00xyz")
      (func (export "text") (result i32) (i32.const 0)))
    (core instance $m (instantiate $M))
    (func (export "text") (result string) (canon lift (core func $m "text") (memory (core memory $m "memory")))))

  (component $C
    (import "text" (func $text (result string)))
    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))
    (canon context.get i32 0 (core func $get))
    (canon context.set i32 0 (core func $set))
    (core module $Allocator
      (import "" "get" (func $get (result i32)))
      (import "" "set" (func $set (param i32)))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (if (call $get) (then unreachable))
        (call $set (i32.const 99))
        (i32.const 1024)))
    (core instance $allocator (instantiate $Allocator (with "" (instance
      (export "get" (func $get)) (export "set" (func $set))))))
    (core module $Early
      (import "" "set" (func $set (param i32)))
      (func $start (call $set (i32.const 5)))
      (start $start))
    (core instance (instantiate $Early (with "" (instance (export "set" (func $set))))))
    (core func $text' (canon lower (func $text)
      (memory (core memory $memory "memory")) (realloc (core func $allocator "realloc"))))
    (core module $M
      (import "" "get" (func $get (result i32)))
      (import "" "set" (func $set (param i32)))
      (import "" "text" (func $text (param i32)))
      (global $found (mut i32) (i32.const -1))
      (func $start (global.set $found (call $get)))
      (start $start)
      (func (export "given") (param i32 i32) (result i32) (call $get))
      (func (export "received") (result i32)
        (call $set (i32.const 11))
        (call $text (i32.const 16))
        (call $get))
      (func (export "started") (result i32) (global.get $found)))
    (core instance $m (instantiate $M (with "" (instance
      (export "get" (func $get)) (export "set" (func $set)) (export "text" (func $text'))))))
    (func (export "given") (param "s" string) (result u32)
      (canon lift (core func $m "given")
        (memory (core memory $memory "memory")) (realloc (core func $allocator "realloc"))))
    (func (export "received") (result u32) (canon lift (core func $m "received")))
    (func (export "started") (result u32) (canon lift (core func $m "started"))))

  (instance $source (instantiate $Source))
  (instance $c (instantiate $C (with "text" (func $source "text"))))
  (export "given" (func $c "given"))
  (export "received" (func $c "received"))
  (export "started" (func $c "started")))
