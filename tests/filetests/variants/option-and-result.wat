;; `option` and `result` are variants of two cases, with and without payloads.
;; run: next(none) -> none
;; run: next(some(41)) -> some(42)
;; run: divide(7, 2) -> ok(3)
;; run: divide(1, 0) -> err("divide by zero")
;; run: flip(ok) -> err
;; run: flip(err) -> ok

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
      (data (i32.const 64) "divide by zero")
      (func (export "next") (param i32 i32) (result i32)
        (i32.store8 (i32.const 16) (local.get 0))
        (i32.store (i32.const 20) (i32.add (local.get 1) (i32.const 1)))
        (i32.const 16))
      (func (export "divide") (param i32 i32) (result i32)
        (i32.store8 (i32.const 16) (i32.eqz (local.get 1)))
        (if (local.get 1)
          (then (i32.store (i32.const 20) (i32.div_u (local.get 0) (local.get 1))))
          (else
            (i32.store (i32.const 20) (i32.const 64))
            (i32.store (i32.const 24) (i32.const 14))))
        (i32.const 16))
      (func (export "flip") (param i32) (result i32)
        (i32.eqz (local.get 0))))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "next") (param "x" (option u32)) (result (option u32))
      (canon lift (core func $m "next") (memory (core memory $libc "memory"))))
    (func (export "divide") (param "a" u32) (param "b" u32) (result (result u32 (error string)))
      (canon lift (core func $m "divide") (memory (core memory $libc "memory"))))
    (func (export "flip") (param "r" (result)) (result (result))
      (canon lift (core func $m "flip"))))

  (component $D
    (import "c" (instance $c
      (export "next" (func (param "x" (option u32)) (result (option u32))))
      (export "divide" (func (param "a" u32) (param "b" u32) (result (result u32 (error string)))))
      (export "flip" (func (param "r" (result)) (result (result))))))
    (core instance $libc (instantiate $Libc))
    (core func $next (canon lower (func $c "next") (memory (core memory $libc "memory"))))
    (core func $divide (canon lower (func $c "divide") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core func $flip (canon lower (func $c "flip")))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "next" (func $next (param i32 i32 i32)))
      (import "c" "divide" (func $divide (param i32 i32 i32)))
      (import "c" "flip" (func $flip (param i32) (result i32)))
      (func (export "next") (param i32 i32) (result i32)
        (call $next (local.get 0) (local.get 1) (i32.const 32))
        (i32.const 32))
      (func (export "divide") (param i32 i32) (result i32)
        (call $divide (local.get 0) (local.get 1) (i32.const 32))
        (i32.const 32))
      (func (export "flip") (param i32) (result i32)
        (call $flip (local.get 0))))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "next" (func $next))
        (export "divide" (func $divide))
        (export "flip" (func $flip))))))
    (func (export "next") (param "x" (option u32)) (result (option u32)) (canon lift (core func $main "next") (memory (core memory $libc "memory"))))
    (func (export "divide") (param "a" u32) (param "b" u32) (result (result u32 (error string))) (canon lift (core func $main "divide") (memory (core memory $libc "memory"))))
    (func (export "flip") (param "r" (result)) (result (result)) (canon lift (core func $main "flip"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "next") (alias export $d "next"))
  (func (export "divide") (alias export $d "divide"))
  (func (export "flip") (alias export $d "flip")))
