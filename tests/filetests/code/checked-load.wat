;; With a small reservation an access to a 32-bit memory is compared with the memory's length. The base never changes, so
;; it is still loaded once.
;; memory-reservation: 131072
;; run: twice(65528) -> 0
;; trap: twice(65529) -> "out of bounds memory access"
;; trap: twice(4294967295) -> "out of bounds memory access"
;; clif: M.twice
;; | function u10:0(i64 vmctx, i32) -> i32 tail
;; | block0(v0: i64, v1: i32):
;; |     jump block1
;; | block1:
;; |     v7 = load.i64 notrap aligned region0 v0+216  ; base and length of a memory
;; |     v3 = uextend.i64 v1
;; |     v5 = iconst.i64 4
;; |     v6 = iadd v3, v5  ; v5 = 4
;; |     v8 = icmp ugt v6, v7
;; |     trapnz v8, user2  ; trap: wasm trap: out of bounds memory access
;; |     v4 = load.i64 notrap aligned readonly can_move region0 v0+208  ; base and length of a memory
;; |     v9 = iadd v4, v3
;; |     v10 = select_spectre_guard v8, v4, v9
;; |     v11 = load.i32 user2 little region1 v10  ; linear memory
;; |     v13 = iconst.i64 8
;; |     v14 = iadd v3, v13  ; v13 = 8
;; |     v16 = icmp ugt v14, v7
;; |     trapnz v16, user2  ; trap: wasm trap: out of bounds memory access
;; |     v19 = iadd v9, v5  ; v5 = 4
;; |     v20 = select_spectre_guard v16, v4, v19
;; |     v21 = load.i32 user2 little region1 v20  ; linear memory
;; |     v22 = iadd v11, v21
;; |     return v22

(component
  (core module $M
    (memory 1)
    (func $twice (export "twice") (param $at i32) (result i32)
      (i32.add (i32.load (local.get $at)) (i32.load offset=4 (local.get $at)))))
  (core instance $m (instantiate $M))
  (func (export "twice") (param "at" u32) (result u32) (canon lift (core func $m "twice"))))
