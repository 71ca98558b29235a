;; Each loop of interruptible code loads the stack limit anew, also where nothing is stored in between. Functions look at it
;; in their prologues, which they have in any case.
;; interruptible: yes
;; run: down-and-up(3) -> 10
;; clif: M.down-and-up
;; | function u10:0(i64 vmctx, i32) -> i32 tail
;; | block0(v0: i64, v1: i32):
;; |     jump block1
;; | block1:
;; |     v4 = iconst.i64 -65536
;; |     v7 = iconst.i32 1
;; |     jump block3(v1)
;; | block3(v6: i32):
;; |     v3 = atomic_load.i64 notrap aligned region0 v0  ; stack limit, or the mark of an interruption
;; |     v30 = iconst.i64 -65536
;; |     v31 = icmp eq v3, v30  ; v30 = -65536
;; |     trapnz v31, user16  ; trap: wasm trap: interrupted by the host
;; |     v32 = iconst.i32 1
;; |     v33 = isub v6, v32  ; v32 = 1
;; |     brif v33, block3(v33), block4
;; | block4:
;; |     v26 = iconst.i32 9
;; |     jump block5(v33)
;; | block5(v12: i32):
;; |     v9 = atomic_load.i64 notrap aligned region0 v0  ; stack limit, or the mark of an interruption
;; |     v34 = iconst.i64 -65536
;; |     v35 = icmp eq v9, v34  ; v34 = -65536
;; |     trapnz v35, user16  ; trap: wasm trap: interrupted by the host
;; |     v36 = iconst.i32 9
;; |     v37 = icmp ne v12, v36  ; v36 = 9
;; |     v38 = iconst.i32 1
;; |     v39 = iadd v12, v38  ; v38 = 1
;; |     brif v37, block5(v39), block6
;; | block6:
;; |     return v39

(component
  (core module $M
    (func $down-and-up (export "down-and-up") (param $n i32) (result i32)
      (loop $down
        (br_if $down (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (loop $up
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $up (i32.ne (local.get $n) (i32.const 10))))
      (local.get $n)))
  (core instance $m (instantiate $M))
  (func (export "down-and-up") (param "n" u32) (result u32) (canon lift (core func $m "down-and-up"))))
