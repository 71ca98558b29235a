;; What an instance does with its handle while it is lent, when the callee calls it back: it may look at it and lend it
;; again, and neither drop it nor give it away. When the inner call is over it is lent as often as before.
;; run: look() -> 71
;; run: lend-again() -> 71
;; run: dropped-after() -> 71
;; trap: drop() -> "cannot remove owned resource while borrowed (handle index 1, own<r>)"
;; trap: give-away() -> "cannot remove owned resource while borrowed (handle index 1, own<r>)"
;; trap: drop-after-lending-again() -> "cannot remove owned resource while borrowed (handle index 1, own<r>)"

(component
  ;; Implements the type.
  (component $C
    (type $R' (resource (rep i32)))
    (export $R "r" (type $R'))
    (core func $new (canon resource.new $R'))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 71)))
      (func (export "rep") (param i32) (result i32) (local.get 0))
      (func (export "take") (param i32)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $R)) (canon lift (core func $m "make")))
    (func (export "rep") (param "r" (borrow $R)) (result u32) (canon lift (core func $m "rep")))
    (func (export "take") (param "r" (own $R)) (canon lift (core func $m "take"))))
  (instance $c (instantiate $C))
  (alias export $c "r" (type $R))
  (core func $make (canon lower (func $c "make")))
  (core func $rep (canon lower (func $c "rep")))
  (core func $take (canon lower (func $c "take")))
  (core func $drop (canon resource.drop $R))

  ;; What the root does when it is called back; its one handle has index 1.
  (core module $Back
    (import "" "rep" (func $rep (param i32) (result i32)))
    (import "" "take" (func $take (param i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "back") (param $what i32) (result i32)
      (if (i32.eq (local.get $what) (i32.const 1)) (then (return (call $rep (i32.const 1)))))
      (if (i32.eq (local.get $what) (i32.const 2)) (then (call $drop (i32.const 1))))
      (if (i32.eq (local.get $what) (i32.const 3)) (then (call $take (i32.const 1))))
      (if (i32.eq (local.get $what) (i32.const 4))
        (then (drop (call $rep (i32.const 1))) (call $drop (i32.const 1))))
      (i32.const 0)))
  (core instance $back (instantiate $Back (with "" (instance
    (export "rep" (func $rep)) (export "take" (func $take)) (export "drop" (func $drop))))))
  (func $back (param "what" u32) (result u32) (canon lift (core func $back "back")))

  ;; Borrows a handle and calls back meanwhile.
  (component $B
    (import "c" (instance $c (export "r" (type $R (sub resource)))))
    (alias export $c "r" (type $R))
    (import "back" (func $back (param "what" u32) (result u32)))
    (core func $back' (canon lower (func $back)))
    (core func $drop (canon resource.drop $R))
    (core module $M
      (import "" "back" (func $back (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "hold") (param $r i32) (param $what i32) (result i32)
        (local $result i32)
        (local.set $result (call $back (local.get $what)))
        (call $drop (local.get $r))
        (local.get $result)))
    (core instance $m (instantiate $M (with "" (instance
      (export "back" (func $back')) (export "drop" (func $drop))))))
    (func (export "hold") (param "r" (borrow $R)) (param "what" u32) (result u32)
      (canon lift (core func $m "hold"))))
  (instance $b (instantiate $B (with "c" (instance $c)) (with "back" (func $back))))
  (core func $hold (canon lower (func $b "hold")))

  (core module $Main
    (import "" "make" (func $make (result i32)))
    (import "" "hold" (func $hold (param i32 i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "look") (result i32)
      (drop (call $hold (call $make) (i32.const 0)))
      (call $rep (i32.const 1)))
    (func (export "lend-again") (result i32) (call $hold (call $make) (i32.const 1)))
    (func (export "dropped-after") (result i32)
      (local $result i32)
      (local.set $result (call $hold (call $make) (i32.const 1)))
      (call $drop (i32.const 1))
      (local.get $result))
    (func (export "drop") (drop (call $hold (call $make) (i32.const 2))))
    (func (export "give-away") (drop (call $hold (call $make) (i32.const 3))))
    (func (export "drop-after-lending-again") (drop (call $hold (call $make) (i32.const 4)))))
  (core instance $main (instantiate $Main (with "" (instance
    (export "make" (func $make)) (export "hold" (func $hold))
    (export "rep" (func $rep)) (export "drop" (func $drop))))))
  (func (export "look") (result u32) (canon lift (core func $main "look")))
  (func (export "lend-again") (result u32) (canon lift (core func $main "lend-again")))
  (func (export "dropped-after") (result u32) (canon lift (core func $main "dropped-after")))
  (func (export "drop") (canon lift (core func $main "drop")))
  (func (export "give-away") (canon lift (core func $main "give-away")))
  (func (export "drop-after-lending-again") (canon lift (core func $main "drop-after-lending-again"))))
