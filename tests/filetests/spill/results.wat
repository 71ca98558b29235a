;; A result of more than one core value goes through memory: the callee returns a pointer, the caller gives one. Both
;; are checked.
;; run: to(64) -> 3
;; run: to(65528) -> 3
;; trap: to(66) -> "unaligned pointer"
;; trap: to(65532) -> "out of bounds"
;; trap: to(4294967292) -> "out of bounds"
;; run: from(65528) -> 0
;; trap: from(2) -> "unaligned pointer"
;; trap: from(65532) -> "out of bounds"
;; trap: from(4294967292) -> "out of bounds"

(component
  (core module $Libc
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 4096))
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (local $new i32)
      (local.set $new
        (i32.and
          (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
          (i32.sub (i32.const 0) (local.get $align))))
      (global.set $next (i32.add (local.get $new) (local.get $size)))
      (memory.copy
        (local.get $new)
        (local.get $old)
        (select (local.get $old-size) (local.get $size) (i32.lt_u (local.get $old-size) (local.get $size))))
      (local.get $new)))

  (component $C
    (core instance $libc (instantiate $Libc))
    (core module $M
      (import "libc" "memory" (memory 1))
      (func (export "pair") (result i32)
        (i32.store (i32.const 8) (i32.const 1))
        (i32.store (i32.const 12) (i32.const 2))
        (i32.const 8))
      (func (export "pair-at") (param i32) (result i32)
        (local.get 0)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "pair") (result (tuple u32 u32))
      (canon lift (core func $m "pair") (memory (core memory $libc "memory"))))
    (func (export "pair-at") (param "at" u32) (result (tuple u32 u32))
      (canon lift (core func $m "pair-at") (memory (core memory $libc "memory")))))

  (component $D
    (import "c" (instance $c
      (export "pair" (func (result (tuple u32 u32))))
      (export "pair-at" (func (param "at" u32) (result (tuple u32 u32))))))
    (core instance $libc (instantiate $Libc))
    (core func $pair (canon lower (func $c "pair") (memory (core memory $libc "memory"))))
    (core func $pair-at (canon lower (func $c "pair-at") (memory (core memory $libc "memory"))))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "pair" (func $pair (param i32)))
      (import "c" "pair-at" (func $pair-at (param i32 i32)))
      (func (export "to") (param i32) (result i32)
        (call $pair (local.get 0))
        (i32.add (i32.load (local.get 0)) (i32.load offset=4 (local.get 0))))
      (func (export "from") (param i32) (result i32)
        (call $pair-at (local.get 0) (i32.const 64))
        (i32.load (i32.const 64))))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "pair" (func $pair))
        (export "pair-at" (func $pair-at))))))
    (func (export "to") (param "at" u32) (result u32) (canon lift (core func $main "to")))
    (func (export "from") (param "at" u32) (result u32) (canon lift (core func $main "from"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "to") (alias export $d "to"))
  (func (export "from") (alias export $d "from")))
