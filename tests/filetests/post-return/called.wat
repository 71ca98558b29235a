;; `post-return` runs once after each call, when the results have been read, and is given the core results.
;; run: twice() -> (3, 2)
;; run: strings() -> "text"
;; run: with-text() -> (3, 4)

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
      (data (i32.const 64) "text")
      (global $calls (mut i32) (i32.const 0))
      ;; Counts the calls that gave it the right value.
      (func (export "cleanup") (param i32)
        (if (i32.ne (local.get 0) (i32.const 3)) (then (unreachable)))
        (global.set $calls (i32.add (global.get $calls) (i32.const 1))))
      ;; The text has been copied by now, so overwriting it does no harm.
      (func (export "cleanup-text") (param i32)
        (if (i32.ne (local.get 0) (i32.const 16)) (then (unreachable)))
        (i32.store8 (i32.const 4160) (i32.const 0))
        (global.set $calls (i32.add (global.get $calls) (i32.const 2))))
      (func (export "three") (result i32)
        (i32.const 3))
      (func (export "text") (result i32)
        (i64.store (i32.const 16) (i64.const 0x0000000400000040))
        (i32.const 16))
      (func (export "calls") (result i32)
        (global.get $calls)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "three") (result u32)
      (canon lift (core func $m "three") (post-return (core func $m "cleanup"))))
    (func (export "text") (result string)
      (canon lift (core func $m "text") (memory (core memory $libc "memory")) (post-return (core func $m "cleanup-text"))))
    (func (export "calls") (result u32)
      (canon lift (core func $m "calls"))))

  (component $D
    (import "c" (instance $c
      (export "three" (func (result u32)))
      (export "text" (func (result string)))
      (export "calls" (func (result u32)))))
    (core instance $libc (instantiate $Libc))
    (core func $three (canon lower (func $c "three")))
    (core func $text (canon lower (func $c "text") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core func $calls (canon lower (func $c "calls")))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "three" (func $three (result i32)))
      (import "c" "text" (func $text (param i32)))
      (import "c" "calls" (func $calls (result i32)))
      (func (export "twice") (result i32)
        (drop (call $three))
        (i32.store (i32.const 32) (call $three))
        (i32.store (i32.const 36) (call $calls))
        (i32.const 32))
      (func (export "strings") (result i32)
        (call $text (i32.const 32))
        (i32.const 32))
      (func (export "with-text") (result i32)
        (drop (call $three))
        (call $text (i32.const 48))
        (i32.store (i32.const 32) (call $three))
        (i32.store (i32.const 36) (call $calls))
        (i32.const 32)))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "three" (func $three))
        (export "text" (func $text))
        (export "calls" (func $calls))))))
    (func (export "twice") (result (tuple u32 u32)) (canon lift (core func $main "twice") (memory (core memory $libc "memory"))))
    (func (export "strings") (result string) (canon lift (core func $main "strings") (memory (core memory $libc "memory"))))
    (func (export "with-text") (result (tuple u32 u32)) (canon lift (core func $main "with-text") (memory (core memory $libc "memory")))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "twice") (alias export $d "twice"))
  (func (export "strings") (alias export $d "strings"))
  (func (export "with-text") (alias export $d "with-text")))
