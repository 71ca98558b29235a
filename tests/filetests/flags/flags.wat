;; Bits beyond the labels are dropped. In memory, flags take one, two or four bytes.
;; run: three(4294967295) -> 7
;; run: nine(4294967295) -> 511
;; run: all(4294967295) -> 4294967295
;; run: in-memory() -> (511, 7, 170)

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
    (type $f3' (flags "a" "b" "c"))
    (export $f3 "f3" (type $f3'))
    (type $f9' (flags "f0" "f1" "f2" "f3" "f4" "f5" "f6" "f7" "f8"))
    (export $f9 "f9" (type $f9'))
    (type $f32' (flags "f0" "f1" "f2" "f3" "f4" "f5" "f6" "f7" "f8" "f9" "f10" "f11" "f12" "f13" "f14" "f15" "f16" "f17" "f18" "f19" "f20" "f21" "f22" "f23" "f24" "f25" "f26" "f27" "f28" "f29" "f30" "f31"))
    (export $f32 "f32" (type $f32'))
    (core instance $libc (instantiate $Libc))
    (core module $M
      (import "libc" "memory" (memory 1))
      (func (export "three") (param i32) (result i32)
        (local.get 0))
      (func (export "nine") (param i32) (result i32)
        (local.get 0))
      (func (export "all") (param i32) (result i32)
        (local.get 0))
      (func (export "in-memory") (result i32)
        (i32.store (i32.const 8) (i32.const -1))
        (i32.const 8)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "three") (param "f" $f3) (result u32)
      (canon lift (core func $m "three")))
    (func (export "nine") (param "f" $f9) (result u32)
      (canon lift (core func $m "nine")))
    (func (export "all") (param "f" $f32) (result u32)
      (canon lift (core func $m "all")))
    (func (export "in-memory") (result (tuple $f9 $f3))
      (canon lift (core func $m "in-memory") (memory (core memory $libc "memory")))))

  (component $D
    (import "c" (instance $c
      (type $f3' (flags "a" "b" "c"))
      (export "f3" (type $f3 (eq $f3')))
      (type $f9' (flags "f0" "f1" "f2" "f3" "f4" "f5" "f6" "f7" "f8"))
      (export "f9" (type $f9 (eq $f9')))
      (type $f32' (flags "f0" "f1" "f2" "f3" "f4" "f5" "f6" "f7" "f8" "f9" "f10" "f11" "f12" "f13" "f14" "f15" "f16" "f17" "f18" "f19" "f20" "f21" "f22" "f23" "f24" "f25" "f26" "f27" "f28" "f29" "f30" "f31"))
      (export "f32" (type $f32 (eq $f32')))
      (export "three" (func (param "f" $f3) (result u32)))
      (export "nine" (func (param "f" $f9) (result u32)))
      (export "all" (func (param "f" $f32) (result u32)))
      (export "in-memory" (func (result (tuple $f9 $f3))))))
    (core instance $libc (instantiate $Libc))
    (core func $three (canon lower (func $c "three")))
    (core func $nine (canon lower (func $c "nine")))
    (core func $all (canon lower (func $c "all")))
    (core func $in-memory (canon lower (func $c "in-memory") (memory (core memory $libc "memory"))))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "three" (func $three (param i32) (result i32)))
      (import "c" "nine" (func $nine (param i32) (result i32)))
      (import "c" "all" (func $all (param i32) (result i32)))
      (import "c" "in-memory" (func $in-memory (param i32)))
      (func (export "three") (param i32) (result i32)
        (call $three (local.get 0)))
      (func (export "nine") (param i32) (result i32)
        (call $nine (local.get 0)))
      (func (export "all") (param i32) (result i32)
        (call $all (local.get 0)))
      (func (export "in-memory") (result i32)
        (i32.store8 (i32.const 19) (i32.const 170))
        (call $in-memory (i32.const 16))
        (i32.const 16)))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "three" (func $three))
        (export "nine" (func $nine))
        (export "all" (func $all))
        (export "in-memory" (func $in-memory))))))
    (func (export "three") (param "bits" u32) (result u32) (canon lift (core func $main "three")))
    (func (export "nine") (param "bits" u32) (result u32) (canon lift (core func $main "nine")))
    (func (export "all") (param "bits" u32) (result u32) (canon lift (core func $main "all")))
    (func (export "in-memory") (result (tuple u16 u8 u8)) (canon lift (core func $main "in-memory") (memory (core memory $libc "memory")))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "three") (alias export $d "three"))
  (func (export "nine") (alias export $d "nine"))
  (func (export "all") (alias export $d "all"))
  (func (export "in-memory") (alias export $d "in-memory")))
