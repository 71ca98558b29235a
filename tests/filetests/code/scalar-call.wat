;; A call across two components with nothing to convert is the callee's body, once the caller has been seen to be allowed
;; to leave.
;; run: add(20, 21) -> 42
;; clif: D.add
;; | function u11:0(i64 vmctx, i32, i32) -> i32 tail
;; | block0(v0: i64, v1: i32, v2: i32):
;; |     jump block1
;; | block1:
;; |     jump block3
;; | block3:
;; |     jump block4
;; | block4:
;; |     jump block5
;; | block5:
;; |     jump block7
;; | block7:
;; |     jump block8
;; | block8:
;; |     v10 = iadd.i32 v1, v2
;; |     v5 = iconst.i32 1
;; |     v6 = iadd v10, v5  ; v5 = 1
;; |     return v6

(component
  (component $C
    (core module $C (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
    (core instance $m (instantiate $C))
    (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add"))))
  (component $D
    (import "add" (func $add (param "a" u32) (param "b" u32) (result u32)))
    (core func $add (canon lower (func $add)))
    (core module $D
      (import "" "add" (func $add (param i32 i32) (result i32)))
      (func (export "add") (param i32 i32) (result i32)
        (i32.add (call $add (local.get 0) (local.get 1)) (i32.const 1))))
    (core instance $m (instantiate $D (with "" (instance (export "add" (func $add))))))
    (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "add" (func $c "add"))))
  (func (export "add") (alias export $d "add")))
