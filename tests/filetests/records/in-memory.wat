;; A record that does not fit one core value is returned through memory, each field at its offset. A bool is
;; normalised on the way.
;; run: make() -> (1, 1000, true, 8, '🦀', -1)
;; run: bool-byte() -> 1

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
    (type $r' (record (field "a" u8) (field "b" u64) (field "c" bool) (field "d" f32) (field "e" char) (field "f" s16)))
    (export $r "r" (type $r'))
    (core instance $libc (instantiate $Libc))
    (core module $M
      (import "libc" "memory" (memory 1))
      (func (export "make") (result i32)
        (i32.store8 (i32.const 64) (i32.const 1))
        (i64.store (i32.const 72) (i64.const 1000))
        (i32.store8 (i32.const 80) (i32.const 255))
        (f32.store (i32.const 84) (f32.const 8))
        (i32.store (i32.const 88) (i32.const 0x1f980))
        (i32.store16 (i32.const 92) (i32.const -1))
        (i32.const 64)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "make") (result $r)
      (canon lift (core func $m "make") (memory (core memory $libc "memory")))))

  (component $D
    (import "c" (instance $c
      (type $r' (record (field "a" u8) (field "b" u64) (field "c" bool) (field "d" f32) (field "e" char) (field "f" s16)))
      (export "r" (type $r (eq $r')))
      (export "make" (func (result $r)))))
    (core instance $libc (instantiate $Libc))
    (core func $make (canon lower (func $c "make") (memory (core memory $libc "memory"))))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "make" (func $make (param i32)))
      (func (export "make") (result i32)
        (call $make (i32.const 128))
        (i32.const 128))
      (func (export "bool-byte") (result i32)
        (call $make (i32.const 128))
        (i32.load8_u (i32.const 144))))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "make" (func $make))))))
    (func (export "make") (result (tuple u8 u64 bool f32 char s16)) (canon lift (core func $main "make") (memory (core memory $libc "memory"))))
    (func (export "bool-byte") (result u8) (canon lift (core func $main "bool-byte"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "make") (alias export $d "make"))
  (func (export "bool-byte") (alias export $d "bool-byte")))
