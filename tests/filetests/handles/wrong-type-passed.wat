;; A handle that is given away or lent must have the type of the parameter, and one that is given away must be owned.
;; run: right() -> 12
;; trap: give-other() -> "handle index 1 used with the wrong type, expected guest-defined resource but found a different guest-defined resource (expected own<b>, found own<a>)"
;; trap: lend-other() -> "handle index 1 used with the wrong type"
;; trap: give-in-list() -> "handle index 1 used with the wrong type"
;; trap: return-other() -> "handle index 1 used with the wrong type"

(component
  (component $C
    (type $a' (resource (rep i32)))
    (type $b' (resource (rep i32)))
    (export $a "a" (type $a'))
    (export $b "b" (type $b'))
    (core func $new-a (canon resource.new $a'))
    (core func $new-b (canon resource.new $b'))
    (core func $rep-b (canon resource.rep $b'))
    (core module $M
      (import "" "new-a" (func $new-a (param i32) (result i32)))
      (import "" "new-b" (func $new-b (param i32) (result i32)))
      (import "" "rep-b" (func $rep-b (param i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64))
      (func (export "make-a") (result i32) (call $new-a (i32.const 5)))
      (func (export "make-b") (result i32) (call $new-b (i32.const 6)))
      (func (export "take") (param i32) (result i32) (call $rep-b (local.get 0)))
      (func (export "take-list") (param i32 i32))
      (func (export "lend") (param i32) (result i32) (local.get 0))
      (func (export "wrong-b") (result i32) (call $new-a (i32.const 7))))
    (core instance $m (instantiate $M (with "" (instance
      (export "new-a" (func $new-a)) (export "new-b" (func $new-b)) (export "rep-b" (func $rep-b))))))
    (func (export "make-a") (result (own $a)) (canon lift (core func $m "make-a")))
    (func (export "make-b") (result (own $b)) (canon lift (core func $m "make-b")))
    (func (export "wrong-b") (result (own $b)) (canon lift (core func $m "wrong-b")))
    (func (export "take") (param "b" (own $b)) (result u32) (canon lift (core func $m "take")))
    (func (export "take-list") (param "b" (list (own $b)))
      (canon lift (core func $m "take-list") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
    (func (export "lend") (param "b" (borrow $b)) (result u32) (canon lift (core func $m "lend"))))
  (instance $c (instantiate $C))
  (core func $make-a (canon lower (func $c "make-a")))
  (core func $make-b (canon lower (func $c "make-b")))
  (core func $wrong-b (canon lower (func $c "wrong-b")))
  (core func $take (canon lower (func $c "take")))
  (core func $lend (canon lower (func $c "lend")))
  (core module $Memory (memory (export "memory") 1))
  (core instance $memory (instantiate $Memory))
  (core func $take-list (canon lower (func $c "take-list") (memory (core memory $memory "memory"))))
  (core module $M
    (import "m" "memory" (memory 1))
    (import "" "make-a" (func $make-a (result i32)))
    (import "" "make-b" (func $make-b (result i32)))
    (import "" "wrong-b" (func $wrong-b (result i32)))
    (import "" "take" (func $take (param i32) (result i32)))
    (import "" "take-list" (func $take-list (param i32 i32)))
    (import "" "lend" (func $lend (param i32) (result i32)))
    (func (export "right") (result i32)
      (local $b i32)
      (local.set $b (call $make-b))
      (i32.add (call $lend (local.get $b)) (call $take (local.get $b))))
    (func (export "give-other") (drop (call $take (call $make-a))))
    (func (export "lend-other") (drop (call $lend (call $make-a))))
    (func (export "give-in-list")
      (i32.store (i32.const 0) (call $make-a))
      (call $take-list (i32.const 0) (i32.const 1)))
    (func (export "return-other") (drop (call $wrong-b))))
  (core instance $m (instantiate $M
    (with "m" (instance $memory))
    (with "" (instance
      (export "make-a" (func $make-a)) (export "make-b" (func $make-b)) (export "wrong-b" (func $wrong-b))
      (export "take" (func $take)) (export "take-list" (func $take-list)) (export "lend" (func $lend))))))
  (func (export "right") (result u32) (canon lift (core func $m "right")))
  (func (export "give-other") (canon lift (core func $m "give-other")))
  (func (export "lend-other") (canon lift (core func $m "lend-other")))
  (func (export "give-in-list") (canon lift (core func $m "give-in-list")))
  (func (export "return-other") (canon lift (core func $m "return-other"))))
