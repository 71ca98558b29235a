;; Every trap of core code reaches the host with its message.
;; trap: unreachable() -> "wasm trap: wasm `unreachable` instruction executed"
;; trap: divide(1, 0) -> "wasm trap: integer divide by zero"
;; trap: divide(2147483648, 4294967295) -> "wasm trap: integer overflow"
;; run: divide(4294967295, 1) -> 4294967295
;; run: load(65532) -> 0
;; trap: load(65533) -> "wasm trap: out of bounds memory access"
;; trap: load(4294967295) -> "wasm trap: out of bounds memory access"
;; trap: truncate(nan) -> "wasm trap: invalid conversion to integer"
;; trap: truncate(1e10) -> "wasm trap: integer overflow"
;; run: truncate(-1.9) -> 4294967295
;; run: indirect(0) -> 7
;; trap: indirect(1) -> "wasm trap: indirect call type mismatch"
;; trap: indirect(2) -> "wasm trap: uninitialized element"
;; trap: indirect(3) -> "undefined element"
;; trap: exhaust(0) -> "wasm trap: call stack exhausted"
;; trap: element(3) -> "out of bounds table access"

(component
  (core module $M
    (memory 1)
    (table $t 3 funcref)
    (elem (i32.const 0) $seven $nothing)
    (type $number (func (result i32)))
    (func $seven (result i32) (i32.const 7))
    (func $nothing)
    (func (export "unreachable") (unreachable))
    (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "truncate") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
    (func (export "indirect") (param i32) (result i32) (call_indirect (type $number) (local.get 0)))
    (func $exhaust (export "exhaust") (param i32) (result i32)
      (i32.add (call $exhaust (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
    (func (export "element") (param i32) (result i32)
      (ref.is_null (table.get $t (local.get 0)))))
  (core instance $m (instantiate $M))
  (func (export "unreachable") (canon lift (core func $m "unreachable")))
  (func (export "divide") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "divide")))
  (func (export "load") (param "at" u32) (result u32) (canon lift (core func $m "load")))
  (func (export "truncate") (param "x" f64) (result u32) (canon lift (core func $m "truncate")))
  (func (export "indirect") (param "index" u32) (result u32) (canon lift (core func $m "indirect")))
  (func (export "exhaust") (param "x" u32) (result u32) (canon lift (core func $m "exhaust")))
  (func (export "element") (param "index" u32) (result u32) (canon lift (core func $m "element"))))
