;; Data segments lie over one another in their order. Those of a later instance are in the memory after the start functions
;; of earlier ones have run, and not before.
;; run: overlap() -> 185205249
;; run: seen() -> 5
;; run: now() -> 7
;; run: based() -> 9
;; run: last() -> 3
;; run: init(0) -> 0
;; trap: init(1) -> "out of bounds memory access"
;; run: passive() -> 8

(component
  (core module $Owner
    (memory (export "memory") 1)
    (data (i32.const 0) "\01\02\03\04")
    (data (i32.const 2) "\0a\0b")
    (data (i32.const 65535) "\03")
    (data (i32.const 65536) "")
    (data $passive "\08")
    (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "overlap") (result i32) (i32.load (i32.const 0)))
    (func (export "init") (param i32) (result i32)
      (memory.init 0 (i32.const 300) (i32.const 0) (local.get 0))
      (i32.load8_u (i32.const 300)))
    (func (export "passive") (result i32)
      (memory.init $passive (i32.const 301) (i32.const 0) (i32.const 1))
      (i32.load8_u (i32.const 301))))
  (core instance $owner (instantiate $Owner))
  (core module $Early
    (import "owner" "memory" (memory 1))
    (data (i32.const 100) "\05"))
  (core instance (instantiate $Early (with "owner" (instance $owner))))
  (core module $Look
    (import "owner" "memory" (memory 1))
    (func $start (i32.store8 (i32.const 200) (i32.load8_u (i32.const 100))))
    (start $start))
  (core instance (instantiate $Look (with "owner" (instance $owner))))
  (core module $Late
    (import "owner" "memory" (memory 1))
    (data (i32.const 100) "\07"))
  (core instance (instantiate $Late (with "owner" (instance $owner))))

  (core module $Base
    (memory (export "memory") 1)
    (global (export "base") i32 (i32.const 4096)))
  (core instance $base (instantiate $Base))
  (core module $Side
    (import "base" "memory" (memory 1))
    (import "base" "base" (global $base i32))
    (data (offset (i32.add (global.get $base) (i32.const 4))) "\09")
    (func (export "based") (result i32) (i32.load8_u (i32.const 4100))))
  (core instance $side (instantiate $Side (with "base" (instance $base))))

  (core module $Ask
    (import "owner" "load" (func $load (param i32) (result i32)))
    (func (export "seen") (result i32) (call $load (i32.const 200)))
    (func (export "now") (result i32) (call $load (i32.const 100)))
    (func (export "last") (result i32) (call $load (i32.const 65535))))
  (core instance $ask (instantiate $Ask (with "owner" (instance $owner))))

  (func (export "overlap") (result u32) (canon lift (core func $owner "overlap")))
  (func (export "init") (param "n" u32) (result u32) (canon lift (core func $owner "init")))
  (func (export "passive") (result u32) (canon lift (core func $owner "passive")))
  (func (export "seen") (result u32) (canon lift (core func $ask "seen")))
  (func (export "now") (result u32) (canon lift (core func $ask "now")))
  (func (export "last") (result u32) (canon lift (core func $ask "last")))
  (func (export "based") (result u32) (canon lift (core func $side "based"))))
