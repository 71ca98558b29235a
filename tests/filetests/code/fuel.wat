;; Code that counts fuel pays for the operators of a block together.
;; fuel: 100
;; run: choose(3) -> 3
;; clif: M.choose
;; | function u9:0(i64 vmctx, i32) -> i32 tail
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
;; |     brif.i32 v1, block3, block4
;; | block3:
;; |     v39 = iconst.i64 2
;; |     v40 = icmp.i64 eq v5, v39  ; v39 = 2
;; |     trapnz v40, user17  ; trap: wasm trap: all fuel consumed
;; |     v41 = iconst.i64 3
;; |     v35 = isub.i64 v5, v41  ; v41 = 3
;; |     store notrap aligned region1 v35, v4  ; fuel
;; |     jump block5(v1)
;; | block4:
;; |     v14 = iconst.i64 3
;; |     v37 = isub.i64 v5, v3  ; v3 = 2
;; |     v38 = icmp ult v37, v14  ; v14 = 3
;; |     trapnz v38, user17  ; trap: wasm trap: all fuel consumed
;; |     v21 = iconst.i64 5
;; |     v22 = isub.i64 v5, v21  ; v21 = 5
;; |     store notrap aligned region1 v22, v4  ; fuel
;; |     v19 = iconst.i32 7
;; |     v24 = iadd.i32 v1, v19  ; v19 = 7
;; |     jump block5(v24)
;; | block5(v8: i32):
;; |     return v8

(component
  (core module $M
    (func $choose (export "choose") (param $n i32) (result i32)
      (if (result i32) (local.get $n)
        (then (local.get $n))
        (else (i32.add (i32.const 7) (local.get $n))))))
  (core instance $m (instantiate $M))
  (func (export "choose") (param "n" u32) (result u32) (canon lift (core func $m "choose"))))
