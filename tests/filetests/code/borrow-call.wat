;; A method called with a borrow across two components is a check of the handle, a lend that is counted before and taken
;; back after, and between them the callee's body, which has the representation.
;; run: call(5) -> 6
;; clif: Main.just-call
;; | function u11:0(i64 vmctx, i32) -> i32 tail
;; | block0(v0: i64, v1: i32):
;; |     jump block1
;; | block1:
;; |     jump block3
;; | block3:
;; |     v7 = load.i32 notrap aligned region1 v0+204  ; handle table: free list and limit
;; |     v8 = icmp.i32 ult v1, v7
;; |     v9 = iconst.i32 0
;; |     v10 = select_spectre_guard.i32 v8, v1, v9  ; v9 = 0
;; |     v11 = uextend.i64 v10
;; |     v12 = iconst.i64 4
;; |     v13 = ishl v11, v12  ; v12 = 4
;; |     v14 = iadd.i64 v0, v13
;; |     v15 = load.i32 notrap aligned region2 v14+0x0841_0000  ; handle entry
;; |     v16 = iconst.i32 1
;; |     v17 = bor v15, v16  ; v16 = 1
;; |     v18 = iconst.i32 3
;; |     v19 = icmp eq v17, v18  ; v18 = 3
;; |     brif v19, block4, block5
;; | block5 cold:
;; |     v50 = iconst.i32 0
;; |     v51 = icmp.i32 eq v15, v50  ; v50 = 0
;; |     brif v51, block6, block7
;; | block6 cold:
;; |     v52 = uextend.i64 v1
;; |     v53 = load.i64 notrap aligned readonly can_move region3 v0+16  ; constant part of the block
;; |     store notrap aligned region4 v52, v53+40  ; where a trap lands, and its values
;; |     trap user33  ; trap: unknown handle index {0}
;; | block7 cold:
;; |     v40 = uextend.i64 v1
;; |     v39 = load.i64 notrap aligned readonly can_move region3 v0+16  ; constant part of the block
;; |     store notrap aligned region4 v40, v39+40  ; where a trap lands, and its values
;; |     v43 = iconst.i64 2
;; |     store notrap aligned region4 v43, v39+48  ; v43 = 2  ; where a trap lands, and its values
;; |     v42 = uextend.i64 v15
;; |     store notrap aligned region4 v42, v39+56  ; where a trap lands, and its values
;; |     trap user34  ; trap: handle index {0} used with the wrong type, expected {t1} but found {t2} (expected {n1}, found {n2})
;; | block4:
;; |     v20 = load.i32 notrap aligned region2 v14+0x0841_0004  ; handle entry
;; |     v54 = iconst.i32 1
;; |     v55 = iadd v20, v54  ; v54 = 1
;; |     store notrap aligned region2 v55, v14+0x0841_0004  ; handle entry
;; |     v23 = load.i32 notrap aligned region2 v14+0x0841_0008  ; handle entry
;; |     jump block8
;; | block8:
;; |     jump block9
;; | block9:
;; |     jump block11
;; | block11:
;; |     store.i32 notrap aligned region2 v20, v14+0x0841_0004  ; handle entry
;; |     jump block12
;; | block12:
;; |     v56 = iconst.i32 1
;; |     v57 = iadd.i32 v23, v56  ; v56 = 1
;; |     return v57

(component
  (component $C
    (type $R' (resource (rep i32)))
    (export $R "r" (type $R'))
    (canon resource.new $R' (core func $new))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "next") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (param "rep" u32) (result (own $R)) (canon lift (core func $m "make")))
    (func (export "next") (param "r" (borrow $R)) (result u32) (canon lift (core func $m "next"))))
  (component $D
    (import "c" (instance $c
      (export "r" (type $R (sub resource)))
      (export "make" (func (param "rep" u32) (result (own $R))))
      (export "next" (func (param "r" (borrow $R)) (result u32)))))
    (core func $make (canon lower (func $c "make")))
    (core func $next (canon lower (func $c "next")))
    (core module $Main
      (import "" "make" (func $make (param i32) (result i32)))
      (import "" "next" (func $next (param i32) (result i32)))
      (func $just-call (param i32) (result i32)
        (call $next (local.get 0)))
      (func (export "call") (param i32) (result i32)
        (call $just-call (call $make (local.get 0)))))
    (core instance $main (instantiate $Main (with "" (instance
      (export "make" (func $make))
      (export "next" (func $next))))))
    (func (export "call") (param "rep" u32) (result u32) (canon lift (core func $main "call"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "call") (alias export $d "call")))
