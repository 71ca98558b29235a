;; A trap inside `realloc` is the call's.
;; trap: give() -> "wasm `unreachable` instruction executed"

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
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (unreachable))
      (func (export "take") (param i32 i32)
        (nop)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "take") (param "s" string)
      (canon lift (core func $m "take") (memory (core memory $libc "memory")) (realloc (core func $m "realloc")))))

  (component $D
    (import "c" (instance $c
      (export "take" (func (param "s" string)))))
    (core instance $libc (instantiate $Libc))
    (core func $take (canon lower (func $c "take") (memory (core memory $libc "memory"))))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "take" (func $take (param i32 i32)))
      (func (export "give")
        (call $take (i32.const 1024) (i32.const 2))))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "take" (func $take))))))
    (func (export "give") (canon lift (core func $main "give"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "give") (alias export $d "give")))
