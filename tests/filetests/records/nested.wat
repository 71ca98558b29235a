;; Records in records flatten to their leaves, in order.
;; run: area() -> 42

(component
  (component $C
    (type $point' (record (field "x" s32) (field "y" s32)))
    (export $point "point" (type $point'))
    (type $rect' (record (field "from" $point) (field "to" $point)))
    (export $rect "rect" (type $rect'))
    (core module $M
      (func (export "area") (param i32 i32 i32 i32) (result i32)
        (i32.mul
          (i32.sub (local.get 2) (local.get 0))
          (i32.sub (local.get 3) (local.get 1)))))
    (core instance $m (instantiate $M))
    (func (export "area") (param "r" $rect) (result u32)
      (canon lift (core func $m "area"))))

  (component $D
    (import "c" (instance $c
      (type $point' (record (field "x" s32) (field "y" s32)))
      (export "point" (type $point (eq $point')))
      (type $rect' (record (field "from" $point) (field "to" $point)))
      (export "rect" (type $rect (eq $rect')))
      (export "area" (func (param "r" $rect) (result u32)))))
    (core func $area (canon lower (func $c "area")))
    (core module $Main
      (import "c" "area" (func $area (param i32 i32 i32 i32) (result i32)))
      (func (export "area") (result i32)
        (call $area (i32.const 1) (i32.const 2) (i32.const 8) (i32.const 8))))
    (core instance $main (instantiate $Main
      (with "c" (instance
        (export "area" (func $area))))))
    (func (export "area") (result u32) (canon lift (core func $main "area"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "area") (alias export $d "area")))
