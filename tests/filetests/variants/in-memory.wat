;; The payload of a variant in memory begins at the alignment of the widest case.
;; run: make(0) -> (0, 0)
;; run: make(1) -> (1, 32)
;; run: make(2) -> (2, 12884901920)
;; run: make(3) -> (3, 3)
;; trap: make(4) -> "invalid variant discriminant"
;; trap: make(255) -> "invalid variant discriminant"

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
    (type $v' (variant (case "none") (case "byte" u8) (case "wide" u64) (case "text" string)))
    (export $v "v" (type $v'))
    (core instance $libc (instantiate $Libc))
    (core module $M
      (import "libc" "memory" (memory 1))
      (data (i32.const 32) "abc")
      (func (export "make") (param i32) (result i32)
        (i32.store8 (i32.const 64) (local.get 0))
        (i64.store (i32.const 72) (i64.const 0x0000000300000020))
        (i32.const 64)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "make") (param "which" u32) (result $v)
      (canon lift (core func $m "make") (memory (core memory $libc "memory")))))

  (component $D
    (import "c" (instance $c
      (type $v' (variant (case "none") (case "byte" u8) (case "wide" u64) (case "text" string)))
      (export "v" (type $v (eq $v')))
      (export "make" (func (param "which" u32) (result $v)))))
    (core instance $libc (instantiate $Libc))
    (core func $make (canon lower (func $c "make") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "make" (func $make (param i32 i32)))
      (func (export "make") (param i32) (result i32)
        (i64.store (i32.const 136) (i64.const 0))
        (call $make (local.get 0) (i32.const 128))
        (if (i32.eq (local.get 0) (i32.const 1))
          (then (i64.store (i32.const 136) (i64.load8_u (i32.const 136)))))
        (if (i32.eq (local.get 0) (i32.const 3))
          (then (i64.store (i32.const 136) (i64.load32_u (i32.const 140)))))
        (i32.const 128)))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "make" (func $make))))))
    (func (export "make") (param "which" u32) (result (tuple u8 u64)) (canon lift (core func $main "make") (memory (core memory $libc "memory")))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "make") (alias export $d "make")))
