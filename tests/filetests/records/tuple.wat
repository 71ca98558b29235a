;; A tuple is a record without labels.
;; run: swap((7, 2.5)) -> (2.5, 7)

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
      (func (export "swap") (param i32 f64) (result i32)
        (f64.store (i32.const 8) (local.get 1))
        (i32.store8 (i32.const 16) (local.get 0))
        (i32.const 8)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "swap") (param "t" (tuple u8 f64)) (result (tuple f64 u8))
      (canon lift (core func $m "swap") (memory (core memory $libc "memory")))))

  (component $D
    (import "c" (instance $c
      (export "swap" (func (param "t" (tuple u8 f64)) (result (tuple f64 u8))))))
    (core instance $libc (instantiate $Libc))
    (core func $swap (canon lower (func $c "swap") (memory (core memory $libc "memory"))))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "swap" (func $swap (param i32 f64 i32)))
      (func (export "swap") (param i32 f64) (result i32)
        (call $swap (local.get 0) (local.get 1) (i32.const 32))
        (i32.const 32)))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "swap" (func $swap))))))
    (func (export "swap") (param "t" (tuple u8 f64)) (result (tuple f64 u8)) (canon lift (core func $main "swap") (memory (core memory $libc "memory")))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "swap") (alias export $d "swap")))
