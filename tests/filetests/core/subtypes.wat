;; Function types that are declared as subtypes: tables and casts ask for the type or a subtype of it, equal types of other
;; groups are other types, and a type that can have no subtypes is compared without a call.
;; run: indirect(0) -> 1
;; run: indirect(1) -> 2
;; trap: indirect(2) -> "wasm trap: indirect call type mismatch"
;; trap: indirect(3) -> "wasm trap: uninitialized element"
;; trap: indirect-middle(0) -> "wasm trap: indirect call type mismatch"
;; run: indirect-middle(1) -> 2
;; run: cast(1) -> 2
;; trap: cast(0) -> "wasm trap: cast failure"
;; trap: cast(2) -> "wasm trap: cast failure"
;; trap: cast(3) -> "wasm trap: cast failure"
;; run: kind(0) -> 1
;; run: kind(1) -> 2
;; run: kind(2) -> 0
;; run: kind(3) -> 3
;; clif: Main.final
;; | function u10:5(i64 vmctx, i32) -> i32 tail
;; | block0(v0: i64, v1: i32):
;; |     jump block1
;; | block1:
;; |     v3 = uextend.i64 v1
;; |     v4 = iconst.i64 4
;; |     v5 = icmp uge v3, v4  ; v4 = 4
;; |     trapnz v5, user13  ; trap: wasm trap: undefined element: out of bounds table access
;; |     v6 = load.i64 notrap aligned readonly can_move region0 v0+224  ; base and length of a table
;; |     v7 = iconst.i64 3
;; |     v8 = ishl v3, v7  ; v7 = 3
;; |     v9 = iadd v6, v8
;; |     v10 = select_spectre_guard v5, v6, v9
;; |     v11 = load.i64 notrap aligned region1 v10  ; element of a table
;; |     v14 = load.i32 user4 aligned readonly region2 v11+16  ; constant part of the block
;; |     v12 = load.i64 notrap aligned readonly can_move region2 v0+24  ; constant part of the block
;; |     v13 = load.i32 notrap aligned readonly can_move region2 v12+8  ; constant part of the block
;; |     v15 = icmp ne v14, v13
;; |     trapnz v15, user5  ; trap: wasm trap: indirect call type mismatch
;; |     v16 = load.i64 user4 aligned readonly region2 v11  ; constant part of the block
;; |     v17 = load.i64 notrap aligned readonly region2 v11+8  ; constant part of the block
;; |     v18 = call_indirect sig0, v16(v17)
;; |     return v18

(component
  (core module $Main
    (type $top (sub (func (result i32))))
    (type $middle (sub $top (func (result i32))))
    (type $bottom (sub final $middle (func (result i32))))
    (rec (type $other (func (result i32))) (type (func)))
    (table $t 4 4 funcref)
    (elem (table $t) (i32.const 0) func $one $two $three)
    (func $one (type $top) (i32.const 1))
    (func $two (type $bottom) (i32.const 2))
    (func $three (type $other) (i32.const 3))
    (func (export "indirect") (param i32) (result i32) (call_indirect $t (type $top) (local.get 0)))
    (func (export "indirect-middle") (param i32) (result i32) (call_indirect $t (type $middle) (local.get 0)))
    (func (export "final") (param i32) (result i32) (call_indirect $t (type $bottom) (local.get 0)))
    (func (export "cast") (param i32) (result i32)
      (call_ref $middle (ref.cast (ref $middle) (table.get $t (local.get 0)))))
    (func (export "kind") (param i32) (result i32)
      (local $f funcref)
      (local.set $f (table.get $t (local.get 0)))
      (if (ref.test (ref null nofunc) (local.get $f)) (then (return (i32.const 3))))
      (drop (block $middle (result (ref $middle))
        (drop (block $other (result funcref)
          (br_on_cast_fail $other funcref (ref $top)
            (br_on_cast $middle funcref (ref $middle) (local.get $f)))
          (return (i32.const 1))))
        (return (i32.const 0))))
      (i32.const 2))
    (func (export "reset") (param i32) (table.set $t (local.get 0) (ref.null nofunc))))
  (core instance $m (instantiate $Main))
  (func (export "indirect") (param "index" u32) (result u32) (canon lift (core func $m "indirect")))
  (func (export "indirect-middle") (param "index" u32) (result u32) (canon lift (core func $m "indirect-middle")))
  (func (export "final") (param "index" u32) (result u32) (canon lift (core func $m "final")))
  (func (export "cast") (param "index" u32) (result u32) (canon lift (core func $m "cast")))
  (func (export "kind") (param "index" u32) (result u32) (canon lift (core func $m "kind"))))
