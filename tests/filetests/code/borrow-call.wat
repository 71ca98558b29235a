;; A method called with a borrow across two components is a check of the handle, a lend that is counted before and taken
;; back after, and between them the callee's body, which has the representation.
;; run: call(5) -> 6
;; clif: Main.just-call
;; | function u9:0(i64 vmctx, i32) -> i32 tail
;; | block0(v0: i64, v1: i32):
;; |     jump block1
;; | block1:
;; |     jump block3
;; | block3:
;; |     v7 = load.i32 notrap aligned region1 v0+216  ; may_leave
;; |     trapz v7, user32  ; trap: wasm trap: cannot leave component instance
;; |     v8 = load.i32 notrap aligned region2 v0+228  ; handle table: free list and limit
;; |     v9 = icmp.i32 ult v1, v8
;; |     v10 = iconst.i32 0
;; |     v11 = select_spectre_guard.i32 v9, v1, v10  ; v10 = 0
;; |     v12 = uextend.i64 v11
;; |     v13 = iconst.i64 4
;; |     v14 = ishl v12, v13  ; v13 = 4
;; |     v15 = iadd.i64 v0, v14
;; |     v16 = load.i32 notrap aligned region3 v15+0x0841_0000  ; handle entry
;; |     v17 = iconst.i32 1
;; |     v18 = bor v16, v17  ; v17 = 1
;; |     v19 = iconst.i32 3
;; |     v20 = icmp eq v18, v19  ; v19 = 3
;; |     brif v20, block4, block5
;; | block5 cold:
;; |     v51 = iconst.i32 0
;; |     v52 = icmp.i32 eq v16, v51  ; v51 = 0
;; |     brif v52, block6, block7
;; | block6 cold:
;; |     v53 = uextend.i64 v1
;; |     v54 = load.i64 notrap aligned readonly can_move region4 v0+16  ; constant part of the block
;; |     store notrap aligned region5 v53, v54+64  ; where a trap lands, and its values
;; |     trap user33  ; trap: unknown handle index {0}
;; | block7 cold:
;; |     v41 = uextend.i64 v1
;; |     v40 = load.i64 notrap aligned readonly can_move region4 v0+16  ; constant part of the block
;; |     store notrap aligned region5 v41, v40+64  ; where a trap lands, and its values
;; |     v44 = iconst.i64 2
;; |     store notrap aligned region5 v44, v40+72  ; v44 = 2  ; where a trap lands, and its values
;; |     v43 = uextend.i64 v16
;; |     store notrap aligned region5 v43, v40+80  ; where a trap lands, and its values
;; |     trap user34  ; trap: handle index {0} used with the wrong type, expected {t1} but found {t2} (expected {n1}, found {n2})
;; | block4:
;; |     v21 = load.i32 notrap aligned region3 v15+0x0841_0004  ; handle entry
;; |     v55 = iconst.i32 1
;; |     v56 = iadd v21, v55  ; v55 = 1
;; |     store notrap aligned region3 v56, v15+0x0841_0004  ; handle entry
;; |     v24 = load.i32 notrap aligned region3 v15+0x0841_0008  ; handle entry
;; |     jump block8
;; | block8:
;; |     jump block9
;; | block9:
;; |     jump block11
;; | block11:
;; |     store.i32 notrap aligned region3 v21, v15+0x0841_0004  ; handle entry
;; |     jump block12
;; | block12:
;; |     v57 = iconst.i32 1
;; |     v58 = iadd.i32 v24, v57  ; v57 = 1
;; |     return v58

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
