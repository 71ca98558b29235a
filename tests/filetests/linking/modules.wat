;; A core module is imported by one component and exported by another: it is instantiated where it is imported, and each
;; instance has its own state.
;; run: next() -> 1
;; run: both() -> 12

(component
  (component $Giver
    (core module $M
      (global $n (mut i32) (i32.const 0))
      (func (export "next") (result i32)
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (global.get $n)))
    (export "counter" (core module $M)))
  (component $User
    (import "counter" (core module $M (export "next" (func (result i32)))))
    (core instance $a (instantiate $M))
    (core instance $b (instantiate $M))
    (core module $Main
      (import "a" "next" (func $a (result i32)))
      (import "b" "next" (func $b (result i32)))
      (func (export "both") (result i32)
        (drop (call $b))
        (i32.add (i32.mul (call $a) (i32.const 10)) (call $b))))
    (core instance $main (instantiate $Main (with "a" (instance $a)) (with "b" (instance $b))))
    (func (export "next") (result u32) (canon lift (core func $a "next")))
    (func (export "both") (result u32) (canon lift (core func $main "both"))))
  (instance $giver (instantiate $Giver))
  (instance $user (instantiate $User (with "counter" (core module $giver "counter"))))
  (export "next" (func $user "next"))
  (export "both" (func $user "both")))
