;; The whole of a list must lie in memory, and its first element must be aligned.
;; run: bytes(65535, 1)
;; run: bytes(65536, 0)
;; trap: bytes(65535, 2) -> "list content out-of-bounds"
;; trap: bytes(65537, 0) -> "list content out-of-bounds"
;; trap: bytes(4294967295, 1) -> "list content out-of-bounds"
;; run: words(65528, 1)
;; trap: words(65528, 2) -> "list content out-of-bounds"
;; trap: words(65532, 0) -> "unaligned pointer"
;; trap: words(0, 536870912) -> "list content out-of-bounds: list is longer than the maximum byte length (4294967296)"
;; trap: words(0, 4294967295) -> "list content out-of-bounds: list is longer than the maximum byte length (34359738360)"
;; trap: bytes(0, 4294967295) -> "list content out-of-bounds: list is longer than the maximum byte length (4294967295)"
;; trap: bytes(0, 268435455) -> "list content out-of-bounds: pointer/length out of bounds of memory"

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
      (func (export "bytes") (param i32 i32)
        (nop))
      (func (export "words") (param i32 i32)
        (nop)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "bytes") (param "l" (list u8))
      (canon lift (core func $m "bytes") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (func (export "words") (param "l" (list u64))
      (canon lift (core func $m "words") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")))))

  (component $D
    (import "c" (instance $c
      (export "bytes" (func (param "l" (list u8))))
      (export "words" (func (param "l" (list u64))))))
    (core instance $libc (instantiate $Libc))
    (core func $bytes (canon lower (func $c "bytes") (memory (core memory $libc "memory"))))
    (core func $words (canon lower (func $c "words") (memory (core memory $libc "memory"))))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "bytes" (func $bytes (param i32 i32)))
      (import "c" "words" (func $words (param i32 i32)))
      (func (export "bytes") (param i32 i32)
        (call $bytes (local.get 0) (local.get 1)))
      (func (export "words") (param i32 i32)
        (call $words (local.get 0) (local.get 1))))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "bytes" (func $bytes))
        (export "words" (func $words))))))
    (func (export "bytes") (param "at" u32) (param "len" u32) (canon lift (core func $main "bytes")))
    (func (export "words") (param "at" u32) (param "len" u32) (canon lift (core func $main "words"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "bytes") (alias export $d "bytes"))
  (func (export "words") (alias export $d "words")))
