;; `resource.rep` in a guest is a bound, a compare of the entry's tag, and a load.
;; run: rep(9) -> 9
;; clif: M.just-rep
;; | function u10:0(i64 vmctx, i32) -> i32 tail
;; | block0(v0: i64, v1: i32):
;; |     jump block1
;; | block1:
;; |     jump block3
;; | block3:
;; |     v5 = load.i32 notrap aligned region1 v0+108  ; handle table: free list and limit
;; |     v6 = icmp.i32 ult v1, v5
;; |     v7 = iconst.i32 0
;; |     v8 = select_spectre_guard.i32 v6, v1, v7  ; v7 = 0
;; |     v9 = uextend.i64 v8
;; |     v10 = iconst.i64 4
;; |     v11 = ishl v9, v10  ; v10 = 4
;; |     v12 = iadd.i64 v0, v11
;; |     v13 = load.i32 notrap aligned region2 v12+0x0001_0000  ; handle entry
;; |     v14 = iconst.i32 1
;; |     v15 = bor v13, v14  ; v14 = 1
;; |     v16 = iconst.i32 3
;; |     v17 = icmp eq v15, v16  ; v16 = 3
;; |     brif v17, block4, block5
;; | block5 cold:
;; |     v30 = iconst.i32 0
;; |     v31 = icmp.i32 eq v13, v30  ; v30 = 0
;; |     brif v31, block6, block7
;; | block6 cold:
;; |     v32 = uextend.i64 v1
;; |     v33 = load.i64 notrap aligned readonly can_move region3 v0+16  ; constant part of the block
;; |     store notrap aligned region4 v32, v33+40  ; where a trap lands, and its values
;; |     trap user33  ; trap: unknown handle index {0}
;; | block7 cold:
;; |     v26 = uextend.i64 v1
;; |     v25 = load.i64 notrap aligned readonly can_move region3 v0+16  ; constant part of the block
;; |     store notrap aligned region4 v26, v25+40  ; where a trap lands, and its values
;; |     v29 = iconst.i64 2
;; |     store notrap aligned region4 v29, v25+48  ; v29 = 2  ; where a trap lands, and its values
;; |     v28 = uextend.i64 v13
;; |     store notrap aligned region4 v28, v25+56  ; where a trap lands, and its values
;; |     trap user34  ; trap: handle index {0} used with the wrong type, expected {t1} but found {t2} (expected {n1}, found {n2})
;; | block4:
;; |     v18 = load.i32 notrap aligned region2 v12+0x0001_0008  ; handle entry
;; |     jump block8
;; | block8:
;; |     return v18

(component
  (type $R (resource (rep i32)))
  (canon resource.new $R (core func $new))
  (canon resource.rep $R (core func $rep))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (func $just-rep (param i32) (result i32)
      (call $rep (local.get 0)))
    (func (export "rep") (param i32) (result i32)
      (call $just-rep (call $new (local.get 0)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new))
    (export "rep" (func $rep))))))
  (func (export "rep") (param "rep" u32) (result u32) (canon lift (core func $m "rep"))))
