;; An element that its type does not have traps, also where the list is validated and copied whole.
;; run: chars(1024, 1)
;; trap: chars(1024, 2) -> "invalid `char` bit pattern"
;; run: enums(1032, 2)
;; trap: enums(1032, 3) -> "invalid variant discriminant"
;; run: strings(1040, 1)
;; trap: strings(1040, 2) -> "string content out-of-bounds"
;; run: bools() -> 3

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
    (type $e' (enum "a" "b"))
    (export $e "e" (type $e'))
    (core instance $libc (instantiate $Libc))
    (core module $M
      (import "libc" "memory" (memory 1))
      (func (export "chars") (param i32 i32)
        (nop))
      (func (export "enums") (param i32 i32)
        (nop))
      (func (export "strings") (param i32 i32)
        (nop))
      (func (export "bools") (param i32 i32) (result i32)
        (i32.add
          (i32.load8_u (local.get 0))
          (i32.add (i32.load8_u offset=1 (local.get 0)) (i32.load8_u offset=2 (local.get 0))))))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "chars") (param "l" (list char))
      (canon lift (core func $m "chars") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (func (export "enums") (param "l" (list $e))
      (canon lift (core func $m "enums") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (func (export "strings") (param "l" (list string))
      (canon lift (core func $m "strings") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (func (export "bools") (param "l" (list bool)) (result u32)
      (canon lift (core func $m "bools") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")))))

  (component $D
    (import "c" (instance $c
      (type $e' (enum "a" "b"))
      (export "e" (type $e (eq $e')))
      (export "chars" (func (param "l" (list char))))
      (export "enums" (func (param "l" (list $e))))
      (export "strings" (func (param "l" (list string))))
      (export "bools" (func (param "l" (list bool)) (result u32)))))
    (core instance $libc (instantiate $Libc))
    (core func $chars (canon lower (func $c "chars") (memory (core memory $libc "memory"))))
    (core func $enums (canon lower (func $c "enums") (memory (core memory $libc "memory"))))
    (core func $strings (canon lower (func $c "strings") (memory (core memory $libc "memory"))))
    (core func $bools (canon lower (func $c "bools") (memory (core memory $libc "memory"))))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "chars" (func $chars (param i32 i32)))
      (import "c" "enums" (func $enums (param i32 i32)))
      (import "c" "strings" (func $strings (param i32 i32)))
      (import "c" "bools" (func $bools (param i32 i32) (result i32)))
      (data (i32.const 1024) "\41\00\00\00\00\d8\00\00")
      (data (i32.const 1032) "\00\01\02")
      (data (i32.const 1040) "\00\00\00\00\04\00\00\00\ff\ff\00\00\02\00\00\00")
      (data (i32.const 1064) "\01\80\ff")
      (func (export "chars") (param i32 i32)
        (call $chars (local.get 0) (local.get 1)))
      (func (export "enums") (param i32 i32)
        (call $enums (local.get 0) (local.get 1)))
      (func (export "strings") (param i32 i32)
        (call $strings (local.get 0) (local.get 1)))
      (func (export "bools") (result i32)
        (call $bools (i32.const 1064) (i32.const 3))))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "chars" (func $chars))
        (export "enums" (func $enums))
        (export "strings" (func $strings))
        (export "bools" (func $bools))))))
    (func (export "chars") (param "at" u32) (param "len" u32) (canon lift (core func $main "chars")))
    (func (export "enums") (param "at" u32) (param "len" u32) (canon lift (core func $main "enums")))
    (func (export "strings") (param "at" u32) (param "len" u32) (canon lift (core func $main "strings")))
    (func (export "bools") (result u32) (canon lift (core func $main "bools"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "chars") (alias export $d "chars"))
  (func (export "enums") (alias export $d "enums"))
  (func (export "strings") (alias export $d "strings"))
  (func (export "bools") (alias export $d "bools")))
