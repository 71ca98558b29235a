;; More than sixteen core values are passed as one pointer to their tuple: the adapter asks the callee's `realloc` for
;; room and copies each, converted, to its offset.
;; run: sum() -> 17000000143
;; run: from-host(1, 2, 3, 4, 5, 6, -7, -8, -9, -10, true, 'a', 13, 14, 15, 16, 17000000000) -> 17000000143

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
        (i64.const 0)
        (i64.add (i64.extend_i32_u (i32.load8_u offset=0 (local.get 0))))
        (i64.add (i64.extend_i32_u (i32.load16_u offset=2 (local.get 0))))
        (i64.add (i64.extend_i32_u (i32.load offset=4 (local.get 0))))
        (i64.add (i64.load offset=8 (local.get 0)))
        (i64.add (i64.trunc_f32_s (f32.load offset=16 (local.get 0))))
        (i64.add (i64.trunc_f64_s (f64.load offset=24 (local.get 0))))
        (i64.add (i64.extend_i32_s (i32.load8_s offset=32 (local.get 0))))
        (i64.add (i64.extend_i32_s (i32.load16_s offset=34 (local.get 0))))
        (i64.add (i64.extend_i32_s (i32.load offset=36 (local.get 0))))
        (i64.add (i64.load offset=40 (local.get 0)))
        (i64.add (i64.extend_i32_u (i32.load8_u offset=48 (local.get 0))))
        (i64.add (i64.extend_i32_u (i32.load offset=52 (local.get 0))))
        (i64.add (i64.extend_i32_u (i32.load8_u offset=56 (local.get 0))))
        (i64.add (i64.extend_i32_u (i32.load8_u offset=57 (local.get 0))))
        (i64.add (i64.extend_i32_u (i32.load8_u offset=58 (local.get 0))))
        (i64.add (i64.extend_i32_u (i32.load8_u offset=59 (local.get 0))))
        (i64.add (i64.load offset=64 (local.get 0)))))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "sum") (param "p0" u8) (param "p1" u16) (param "p2" u32) (param "p3" u64) (param "p4" f32) (param "p5" f64) (param "p6" s8) (param "p7" s16) (param "p8" s32) (param "p9" s64) (param "p10" bool) (param "p11" char) (param "p12" u8) (param "p13" u8) (param "p14" u8) (param "p15" u8) (param "p16" u64) (result u64)
      (canon lift (core func $m "sum") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")))))

  (component $D
    (import "c" (instance $c
      (export "sum" (func (param "p0" u8) (param "p1" u16) (param "p2" u32) (param "p3" u64) (param "p4" f32) (param "p5" f64) (param "p6" s8) (param "p7" s16) (param "p8" s32) (param "p9" s64) (param "p10" bool) (param "p11" char) (param "p12" u8) (param "p13" u8) (param "p14" u8) (param "p15" u8) (param "p16" u64) (result u64)))))
    (core instance $libc (instantiate $Libc))
    (core func $sum (canon lower (func $c "sum") (memory (core memory $libc "memory"))))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "sum" (func $sum (param i32) (result i64)))
      (func (export "sum") (result i64)
        (i32.store8 offset=0 (i32.const 256) (i32.const 1))
        (i32.store16 offset=2 (i32.const 256) (i32.const 2))
        (i32.store offset=4 (i32.const 256) (i32.const 3))
        (i64.store offset=8 (i32.const 256) (i64.const 4))
        (f32.store offset=16 (i32.const 256) (f32.const 5))
        (f64.store offset=24 (i32.const 256) (f64.const 6))
        (i32.store8 offset=32 (i32.const 256) (i32.const -7))
        (i32.store16 offset=34 (i32.const 256) (i32.const -8))
        (i32.store offset=36 (i32.const 256) (i32.const -9))
        (i64.store offset=40 (i32.const 256) (i64.const -10))
        (i32.store8 offset=48 (i32.const 256) (i32.const 1))
        (i32.store offset=52 (i32.const 256) (i32.const 97))
        (i32.store8 offset=56 (i32.const 256) (i32.const 13))
        (i32.store8 offset=57 (i32.const 256) (i32.const 14))
        (i32.store8 offset=58 (i32.const 256) (i32.const 15))
        (i32.store8 offset=59 (i32.const 256) (i32.const 16))
        (i64.store offset=64 (i32.const 256) (i64.const 17000000000))
        (call $sum (i32.const 256)))
      (func (export "from-host") (param i32) (result i64)
        (call $sum (local.get 0))))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "sum" (func $sum))))))
    (func (export "sum") (result u64) (canon lift (core func $main "sum")))
    (func (export "from-host") (param "p0" u8) (param "p1" u16) (param "p2" u32) (param "p3" u64) (param "p4" f32) (param "p5" f64) (param "p6" s8) (param "p7" s16) (param "p8" s32) (param "p9" s64) (param "p10" bool) (param "p11" char) (param "p12" u8) (param "p13" u8) (param "p14" u8) (param "p15" u8) (param "p16" u64) (result u64) (canon lift (core func $main "from-host") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "sum") (alias export $d "sum"))
  (func (export "from-host") (alias export $d "from-host")))
