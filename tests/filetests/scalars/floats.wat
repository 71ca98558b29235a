;; Floating-point numbers, with infinities, negative zero and NaN.
;; run: id-f32(1.5) -> 1.5
;; run: id-f32(-inf) -> -inf
;; run: id-f32(nan) -> nan
;; run: id-f64(-0.0) -> -0
;; run: id-f64(inf) -> inf
;; run: id-f64(5e-324) -> 5e-324

(component
  (component $C
    (core module $M
      (func (export "id-f32") (param f32) (result f32)
        (local.get 0))
      (func (export "id-f64") (param f64) (result f64)
        (local.get 0)))
    (core instance $m (instantiate $M))
    (func (export "id-f32") (param "x" f32) (result f32)
      (canon lift (core func $m "id-f32")))
    (func (export "id-f64") (param "x" f64) (result f64)
      (canon lift (core func $m "id-f64"))))

  (component $D
    (import "c" (instance $c
      (export "id-f32" (func (param "x" f32) (result f32)))
      (export "id-f64" (func (param "x" f64) (result f64)))))
    (core func $id-f32 (canon lower (func $c "id-f32")))
    (core func $id-f64 (canon lower (func $c "id-f64")))
    (core module $Main
      (import "c" "id-f32" (func $id-f32 (param f32) (result f32)))
      (import "c" "id-f64" (func $id-f64 (param f64) (result f64)))
      (func (export "id-f32") (param f32) (result f32)
        (call $id-f32 (local.get 0)))
      (func (export "id-f64") (param f64) (result f64)
        (call $id-f64 (local.get 0))))
    (core instance $main (instantiate $Main
      (with "c" (instance
        (export "id-f32" (func $id-f32))
        (export "id-f64" (func $id-f64))))))
    (func (export "id-f32") (param "x" f32) (result f32) (canon lift (core func $main "id-f32")))
    (func (export "id-f64") (param "x" f64) (result f64) (canon lift (core func $main "id-f64"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "id-f32") (alias export $d "id-f32"))
  (func (export "id-f64") (alias export $d "id-f64")))
