;; A record of up to sixteen core values is passed flat.
;; run: sum() -> 1106

(component
  (component $C
    (type $r' (record (field "a" u8) (field "b" u64) (field "c" bool) (field "d" f32) (field "e" char) (field "f" s16)))
    (export $r "r" (type $r'))
    (core module $M
      (func (export "sum") (param i32 i64 i32 f32 i32 i32) (result i64)
        (i64.add
          (i64.add (i64.extend_i32_u (local.get 0)) (local.get 1))
          (i64.add
            (i64.add (i64.extend_i32_u (local.get 2)) (i64.trunc_f32_s (local.get 3)))
            (i64.add (i64.extend_i32_u (local.get 4)) (i64.extend_i32_s (local.get 5)))))))
    (core instance $m (instantiate $M))
    (func (export "sum") (param "r" $r) (result u64)
      (canon lift (core func $m "sum"))))

  (component $D
    (import "c" (instance $c
      (type $r' (record (field "a" u8) (field "b" u64) (field "c" bool) (field "d" f32) (field "e" char) (field "f" s16)))
      (export "r" (type $r (eq $r')))
      (export "sum" (func (param "r" $r) (result u64)))))
    (core func $sum (canon lower (func $c "sum")))
    (core module $Main
      (import "c" "sum" (func $sum (param i32 i64 i32 f32 i32 i32) (result i64)))
      (func (export "sum") (result i64)
        (call $sum
          (i32.const 1) (i64.const 1000) (i32.const 1) (f32.const 8) (i32.const 97) (i32.const -1))))
    (core instance $main (instantiate $Main
      (with "c" (instance
        (export "sum" (func $sum))))))
    (func (export "sum") (result u64) (canon lift (core func $main "sum"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "sum") (alias export $d "sum")))
