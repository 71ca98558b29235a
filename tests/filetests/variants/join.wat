;; Payloads of different core types share one core value, wide enough for either; bits that the chosen case does not
;; use are dropped.
;; run: f32-in-i64() -> 1078530011
;; run: u64-in-i64() -> 18364758544493064720
;; run: f64-in-i64() -> 4607182418800017408
;; run: s32-in-i64() -> 4294967295
;; run: f32-in-i32() -> 1065353216
;; run: u32-in-i32() -> 3735928559
;; run: f32-beside-f64() -> 1065353216
;; run: f64-beside-f32() -> 4607182418800017408

(component
  (component $C
    (type $fl-type' (variant (case "f" f32) (case "l" u64)))
    (export $fl-type "fl-type" (type $fl-type'))
    (type $di-type' (variant (case "d" f64) (case "i" s32)))
    (export $di-type "di-type" (type $di-type'))
    (type $fi-type' (variant (case "f" f32) (case "i" u32)))
    (export $fi-type "fi-type" (type $fi-type'))
    (type $fd-type' (variant (case "f" f32) (case "d" f64)))
    (export $fd-type "fd-type" (type $fd-type'))
    (core module $M
      (func (export "fl") (param i32 i64) (result i64)
        (local.get 1))
      (func (export "di") (param i32 i64) (result i64)
        (local.get 1))
      (func (export "fi") (param i32 i32) (result i64)
        (i64.extend_i32_u (local.get 1)))
      (func (export "fd") (param i32 i64) (result i64)
        (local.get 1)))
    (core instance $m (instantiate $M))
    (func (export "fl") (param "v" $fl-type) (result u64)
      (canon lift (core func $m "fl")))
    (func (export "di") (param "v" $di-type) (result u64)
      (canon lift (core func $m "di")))
    (func (export "fi") (param "v" $fi-type) (result u64)
      (canon lift (core func $m "fi")))
    (func (export "fd") (param "v" $fd-type) (result u64)
      (canon lift (core func $m "fd"))))

  (component $D
    (import "c" (instance $c
      (type $fl-type' (variant (case "f" f32) (case "l" u64)))
      (export "fl-type" (type $fl-type (eq $fl-type')))
      (type $di-type' (variant (case "d" f64) (case "i" s32)))
      (export "di-type" (type $di-type (eq $di-type')))
      (type $fi-type' (variant (case "f" f32) (case "i" u32)))
      (export "fi-type" (type $fi-type (eq $fi-type')))
      (type $fd-type' (variant (case "f" f32) (case "d" f64)))
      (export "fd-type" (type $fd-type (eq $fd-type')))
      (export "fl" (func (param "v" $fl-type) (result u64)))
      (export "di" (func (param "v" $di-type) (result u64)))
      (export "fi" (func (param "v" $fi-type) (result u64)))
      (export "fd" (func (param "v" $fd-type) (result u64)))))
    (core func $fl (canon lower (func $c "fl")))
    (core func $di (canon lower (func $c "di")))
    (core func $fi (canon lower (func $c "fi")))
    (core func $fd (canon lower (func $c "fd")))
    (core module $Main
      (import "c" "fl" (func $fl (param i32 i64) (result i64)))
      (import "c" "di" (func $di (param i32 i64) (result i64)))
      (import "c" "fi" (func $fi (param i32 i32) (result i64)))
      (import "c" "fd" (func $fd (param i32 i64) (result i64)))
      (func (export "f32-in-i64") (result i64)
        (call $fl (i32.const 0) (i64.const 0xffffffff40490fdb)))
      (func (export "u64-in-i64") (result i64)
        (call $fl (i32.const 1) (i64.const 0xfedcba9876543210)))
      (func (export "f64-in-i64") (result i64)
        (call $di (i32.const 0) (i64.const 0x3ff0000000000000)))
      (func (export "s32-in-i64") (result i64)
        (call $di (i32.const 1) (i64.const 0x12345678ffffffff)))
      (func (export "f32-in-i32") (result i64)
        (call $fi (i32.const 0) (i32.const 0x3f800000)))
      (func (export "u32-in-i32") (result i64)
        (call $fi (i32.const 1) (i32.const 0xdeadbeef)))
      (func (export "f32-beside-f64") (result i64)
        (call $fd (i32.const 0) (i64.const 0xabcdef013f800000)))
      (func (export "f64-beside-f32") (result i64)
        (call $fd (i32.const 1) (i64.const 0x3ff0000000000000))))
    (core instance $main (instantiate $Main
      (with "c" (instance
        (export "fl" (func $fl))
        (export "di" (func $di))
        (export "fi" (func $fi))
        (export "fd" (func $fd))))))
    (func (export "f32-in-i64") (result u64) (canon lift (core func $main "f32-in-i64")))
    (func (export "u64-in-i64") (result u64) (canon lift (core func $main "u64-in-i64")))
    (func (export "f64-in-i64") (result u64) (canon lift (core func $main "f64-in-i64")))
    (func (export "s32-in-i64") (result u64) (canon lift (core func $main "s32-in-i64")))
    (func (export "f32-in-i32") (result u64) (canon lift (core func $main "f32-in-i32")))
    (func (export "u32-in-i32") (result u64) (canon lift (core func $main "u32-in-i32")))
    (func (export "f32-beside-f64") (result u64) (canon lift (core func $main "f32-beside-f64")))
    (func (export "f64-beside-f32") (result u64) (canon lift (core func $main "f64-beside-f32"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "f32-in-i64") (alias export $d "f32-in-i64"))
  (func (export "u64-in-i64") (alias export $d "u64-in-i64"))
  (func (export "f64-in-i64") (alias export $d "f64-in-i64"))
  (func (export "s32-in-i64") (alias export $d "s32-in-i64"))
  (func (export "f32-in-i32") (alias export $d "f32-in-i32"))
  (func (export "u32-in-i32") (alias export $d "u32-in-i32"))
  (func (export "f32-beside-f64") (alias export $d "f32-beside-f64"))
  (func (export "f64-beside-f32") (alias export $d "f64-beside-f32")))
