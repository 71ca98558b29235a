;; Two boundaries and a call of the host cost nothing: what each component adds is in the host's adapter.
;; run: run(5) -> 18
;; clif: adapter[host → lift run]
;; | function u2:0(i64 vmctx, i64, i64) tail
;; | block0(v0: i64, v1: i64, v2: i64):
;; |     v3 = load.i32 notrap region0 v1  ; linear memory
;; |     jump block1
;; | block1:
;; |     jump block2
;; | block2:
;; |     jump block5
;; | block5:
;; |     jump block6
;; | block6:
;; |     jump block7
;; | block7:
;; |     jump block11
;; | block11:
;; |     jump block12
;; | block12:
;; |     jump block13
;; | block13:
;; |     jump block15
;; | block15:
;; |     jump block16
;; | block16:
;; |     jump block9
;; | block9:
;; |     jump block10
;; | block10:
;; |     jump block4
;; | block4:
;; |     v18 = iconst.i32 1
;; |     v19 = iadd.i32 v3, v18  ; v18 = 1
;; |     v13 = iconst.i32 3
;; |     v14 = imul v19, v13  ; v13 = 3
;; |     store notrap region0 v14, v2  ; linear memory
;; |     return

(component
  (component $Inner
    (core module $M (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))
    (core instance $m (instantiate $M))
    (func (export "f") (param "x" u32) (result u32) (canon lift (core func $m "f"))))
  (component $Middle
    (import "f" (func $f (param "x" u32) (result u32)))
    (core func $f (canon lower (func $f)))
    (core module $M
      (import "inner" "f" (func $f (param i32) (result i32)))
      (func (export "f") (param i32) (result i32) (i32.mul (call $f (local.get 0)) (i32.const 3))))
    (core instance $m (instantiate $M (with "inner" (instance (export "f" (func $f))))))
    (func (export "f") (param "x" u32) (result u32) (canon lift (core func $m "f"))))
  (component $Outer
    (import "f" (func $f (param "x" u32) (result u32)))
    (core func $f (canon lower (func $f)))
    (core module $M
      (import "middle" "f" (func $f (param i32) (result i32)))
      (func (export "run") (param i32) (result i32) (call $f (local.get 0))))
    (core instance $m (instantiate $M (with "middle" (instance (export "f" (func $f))))))
    (func (export "run") (param "x" u32) (result u32) (canon lift (core func $m "run"))))
  (instance $inner (instantiate $Inner))
  (instance $middle (instantiate $Middle (with "f" (func $inner "f"))))
  (instance $outer (instantiate $Outer (with "f" (func $middle "f"))))
  (export "run" (func $outer "run")))
