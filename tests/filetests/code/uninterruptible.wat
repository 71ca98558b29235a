;; Without options a loop has no instruction but its own.
;; run: down(3) -> 0
;; clif: M.down
;; | function u10:0(i64 vmctx, i32) -> i32 tail
;; | block0(v0: i64, v1: i32):
;; |     jump block1
;; | block1:
;; |     v4 = iconst.i32 1
;; |     jump block3(v1)
;; | block3(v3: i32):
;; |     v6 = iconst.i32 1
;; |     v7 = isub v3, v6  ; v6 = 1
;; |     brif v7, block3(v7), block4
;; | block4:
;; |     return v7

(component
  (core module $M
    (func $down (export "down") (param $n i32) (result i32)
      (loop $down
        (br_if $down (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $n)))
  (core instance $m (instantiate $M))
  (func (export "down") (param "n" u32) (result u32) (canon lift (core func $m "down"))))
