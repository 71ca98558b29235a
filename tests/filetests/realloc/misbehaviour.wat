;; What `realloc` returns is the guest's word, and it is checked: it must be aligned, and the whole must lie in memory.
;; run: give(0) -> 2
;; trap: give(1) -> "realloc return: result not aligned"
;; trap: give(65536) -> "realloc return: beyond end of memory"
;; trap: give(65528) -> "realloc return: beyond end of memory"
;; trap: give(4294967288) -> "realloc return: beyond end of memory"

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
      (global $at (mut i32) (i32.const 0))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (global.get $at))
      (func (export "set") (param i32)
        (global.set $at (local.get 0)))
      (func (export "take") (param i32 i32) (result i32)
        (local.get 1)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "set") (param "at" u32)
      (canon lift (core func $m "set")))
    (func (export "take") (param "l" (list u64)) (result u32)
      (canon lift (core func $m "take") (memory (core memory $libc "memory")) (realloc (core func $m "realloc")))))

  (component $D
    (import "c" (instance $c
      (export "set" (func (param "at" u32)))
      (export "take" (func (param "l" (list u64)) (result u32)))))
    (core instance $libc (instantiate $Libc))
    (core func $set (canon lower (func $c "set")))
    (core func $take (canon lower (func $c "take") (memory (core memory $libc "memory"))))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "set" (func $set (param i32)))
      (import "c" "take" (func $take (param i32 i32) (result i32)))
      (func (export "give") (param i32) (result i32)
        (call $set (local.get 0))
        (call $take (i32.const 1024) (i32.const 2))))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "set" (func $set))
        (export "take" (func $take))))))
    (func (export "give") (param "at" u32) (result u32) (canon lift (core func $main "give"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "give") (alias export $d "give")))
