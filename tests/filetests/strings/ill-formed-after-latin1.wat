;; What is ill-formed only after a beginning that is Latin-1 traps when the callee's encoding is `latin1+utf16`, too.
;; run: take-8(1024, 3)
;; trap: take-8(1024, 2) -> "utf-8"
;; trap: take-8(1024, 4) -> "utf-8"
;; trap: take-8(1028, 2) -> "utf-8"
;; run: take-8(1032, 5)
;; trap: take-8(1032, 4) -> "utf-8"
;; trap: take-8(1032, 6) -> "utf-8"
;; run: take-16(1040, 1)
;; trap: take-16(1040, 2) -> "utf-16"
;; run: take-16(1048, 3)
;; trap: take-latin1(1040, 2147483650) -> "utf-16"
;; run: take-latin1(1048, 2147483651)

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
      (func (export "take-8") (param i32 i32)
        (nop))
      (func (export "take-16") (param i32 i32)
        (nop))
      (func (export "take-latin1") (param i32 i32)
        (nop)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "take-8") (param "s" string)
      (canon lift (core func $m "take-8") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")) string-encoding=latin1+utf16))
    (func (export "take-16") (param "s" string)
      (canon lift (core func $m "take-16") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")) string-encoding=latin1+utf16))
    (func (export "take-latin1") (param "s" string)
      (canon lift (core func $m "take-latin1") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")) string-encoding=latin1+utf16)))

  (component $D
    (import "c" (instance $c
      (export "take-8" (func (param "s" string)))
      (export "take-16" (func (param "s" string)))
      (export "take-latin1" (func (param "s" string)))))
    (core instance $libc (instantiate $Libc))
    (core func $take-8 (canon lower (func $c "take-8") (memory (core memory $libc "memory"))))
    (core func $take-16 (canon lower (func $c "take-16") (memory (core memory $libc "memory")) string-encoding=utf16))
    (core func $take-latin1 (canon lower (func $c "take-latin1") (memory (core memory $libc "memory")) string-encoding=latin1+utf16))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "take-8" (func $take-8 (param i32 i32)))
      (import "c" "take-16" (func $take-16 (param i32 i32)))
      (import "c" "take-latin1" (func $take-latin1 (param i32 i32)))
      ;; Two characters of Latin-1, a stray continuation byte, and the beginning of a character.
      (data (i32.const 1024) "a\c3\a9\80\e6\bc")
      ;; One of Latin-1, one that is not, and a stray continuation byte.
      (data (i32.const 1032) "\c3\a9\e6\bc\a2\80")
      ;; One of Latin-1, and half a surrogate pair.
      (data (i32.const 1040) "\e9\00\3e\d8")
      ;; The same, and all of the pair.
      (data (i32.const 1048) "\e9\00\3e\d8\80\dd")
      (func (export "take-8") (param i32 i32)
        (call $take-8 (local.get 0) (local.get 1)))
      (func (export "take-16") (param i32 i32)
        (call $take-16 (local.get 0) (local.get 1)))
      (func (export "take-latin1") (param i32 i32)
        (call $take-latin1 (local.get 0) (local.get 1))))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "take-8" (func $take-8))
        (export "take-16" (func $take-16))
        (export "take-latin1" (func $take-latin1))))))
    (func (export "take-8") (param "at" u32) (param "len" u32) (canon lift (core func $main "take-8")))
    (func (export "take-16") (param "at" u32) (param "len" u32) (canon lift (core func $main "take-16")))
    (func (export "take-latin1") (param "at" u32) (param "len" u32) (canon lift (core func $main "take-latin1"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "take-8") (alias export $d "take-8"))
  (func (export "take-16") (alias export $d "take-16"))
  (func (export "take-latin1") (alias export $d "take-latin1")))
