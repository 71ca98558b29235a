;; Code that counts fuel pays for the operators of a block together.
;; fuel: 100
;; run: choose(3) -> 3
;; clif: M.choose
;; | function u10:0(i64 vmctx, i32) -> i32 tail
;; | block0(v0: i64, v1: i32):
;; |     jump block1
;; | block1:
;; |     v4 = load.i64 notrap aligned readonly can_move region0 v0+32  ; constant part of the block
;; |     v5 = load.i64 notrap aligned region1 v4  ; fuel
;; |     v3 = iconst.i64 2
;; |     v6 = icmp ult v5, v3  ; v3 = 2
;; |     trapnz v6, user17  ; trap: wasm trap: all fuel consumed
;; |     v7 = isub v5, v3  ; v3 = 2
;; |     store notrap aligned region1 v7, v4  ; fuel
;; |     v8 = iconst.i32 0
;; |     v9 = icmp.i32 eq v1, v8  ; v8 = 0
;; |     brif v9, block4, block3
;; | block3:
;; |     v40 = iconst.i64 2
;; |     v41 = icmp.i64 eq v5, v40  ; v40 = 2
;; |     trapnz v41, user17  ; trap: wasm trap: all fuel consumed
;; |     v32 = iconst.i64 3
;; |     v33 = isub.i64 v5, v32  ; v32 = 3
;; |     store notrap aligned region1 v33, v4  ; fuel
;; |     jump block5(v1)
;; | block4:
;; |     v42 = iconst.i64 3
;; |     v43 = isub.i64 v5, v3  ; v3 = 2
;; |     v44 = icmp ult v43, v42  ; v42 = 3
;; |     trapnz v44, user17  ; trap: wasm trap: all fuel consumed
;; |     v35 = iconst.i64 5
;; |     v36 = isub.i64 v5, v35  ; v35 = 5
;; |     store notrap aligned region1 v36, v4  ; fuel
;; |     v21 = iconst.i32 7
;; |     v38 = iadd.i32 v1, v21  ; v21 = 7
;; |     jump block5(v38)
;; | block5(v10: i32):
;; |     return v10

(component
  (core module $M
    (func $choose (export "choose") (param $n i32) (result i32)
      (if (result i32) (local.get $n)
        (then (local.get $n))
        (else (i32.add (i32.const 7) (local.get $n))))))
  (core instance $m (instantiate $M))
  (func (export "choose") (param "n" u32) (result u32) (canon lift (core func $m "choose"))))
