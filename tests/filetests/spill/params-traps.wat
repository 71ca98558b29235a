;; The pointer to spilled parameters is checked: it must be aligned for their tuple and lie in memory with all of it.
;; run: last(256) -> 0
;; run: last(65400) -> 0
;; trap: last(260) -> "unaligned pointer"
;; trap: last(65408) -> "out of bounds"
;; trap: last(4294967288) -> "out of bounds"

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
      (func (export "sum") (param i32) (result i64)
        (i64.load offset=128 (local.get 0))))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "sum") (param "p0" u64) (param "p1" u64) (param "p2" u64) (param "p3" u64) (param "p4" u64) (param "p5" u64) (param "p6" u64) (param "p7" u64) (param "p8" u64) (param "p9" u64) (param "p10" u64) (param "p11" u64) (param "p12" u64) (param "p13" u64) (param "p14" u64) (param "p15" u64) (param "p16" u64) (result u64)
      (canon lift (core func $m "sum") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")))))

  (component $D
    (import "c" (instance $c
      (export "sum" (func (param "p0" u64) (param "p1" u64) (param "p2" u64) (param "p3" u64) (param "p4" u64) (param "p5" u64) (param "p6" u64) (param "p7" u64) (param "p8" u64) (param "p9" u64) (param "p10" u64) (param "p11" u64) (param "p12" u64) (param "p13" u64) (param "p14" u64) (param "p15" u64) (param "p16" u64) (result u64)))))
    (core instance $libc (instantiate $Libc))
    (core func $sum (canon lower (func $c "sum") (memory (core memory $libc "memory"))))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "sum" (func $sum (param i32) (result i64)))
      (func (export "last") (param i32) (result i64)
        (call $sum (local.get 0))))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "sum" (func $sum))))))
    (func (export "last") (param "at" u32) (result u64) (canon lift (core func $main "last"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "last") (alias export $d "last")))
