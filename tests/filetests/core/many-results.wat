;; A function has more results than there are registers for them, however it is called.
;; run: direct() -> 210
;; run: indirect() -> 210
;; run: tail() -> 210
;; run: caught() -> 210

(component
  (core module $M
    (type $many (func (param i32) (result i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)))
    (table 1 1 funcref)
    (elem (i32.const 0) $many)
    (tag $problem)
    (func $many (type $many)
      (if (i32.eqz (local.get 0)) (then (throw $problem)))
      (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5) (i64.const 6) (i64.const 7) (i64.const 8)
      (i64.const 9) (i64.const 10) (i64.const 11) (i64.const 12) (i64.const 13) (i64.const 14) (i64.const 15)
      (i64.const 16) (i64.const 17) (i64.const 18) (i64.const 19) (i64.const 20))
    (func $sum
      (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)
      (local.get 0) (i64.add (local.get 1)) (i64.add (local.get 2)) (i64.add (local.get 3)) (i64.add (local.get 4))
      (i64.add (local.get 5)) (i64.add (local.get 6)) (i64.add (local.get 7)) (i64.add (local.get 8))
      (i64.add (local.get 9)) (i64.add (local.get 10)) (i64.add (local.get 11)) (i64.add (local.get 12))
      (i64.add (local.get 13)) (i64.add (local.get 14)) (i64.add (local.get 15)) (i64.add (local.get 16))
      (i64.add (local.get 17)) (i64.add (local.get 18)) (i64.add (local.get 19)))
    (func $passed-on (type $many) (return_call $many (local.get 0)))
    (func (export "direct") (result i64) (call $many (i32.const 1)) (call $sum))
    (func (export "indirect") (result i64) (i32.const 1) (i32.const 0) (call_indirect (type $many)) (call $sum))
    (func (export "tail") (result i64) (call $passed-on (i32.const 1)) (call $sum))
    (func (export "caught") (result i64)
      (block $caught
        (try_table (catch $problem $caught) (call $many (i32.const 0)) (return (call $sum)))
        (unreachable))
      (block $caught
        (try_table (catch $problem $caught) (call $many (i32.const 1)) (return (call $sum)))
        (unreachable))
      (i64.const 0)))
  (core instance $m (instantiate $M))
  (func (export "direct") (result s64) (canon lift (core func $m "direct")))
  (func (export "indirect") (result s64) (canon lift (core func $m "indirect")))
  (func (export "tail") (result s64) (canon lift (core func $m "tail")))
  (func (export "caught") (result s64) (canon lift (core func $m "caught"))))
