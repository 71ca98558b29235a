;; A char is a Unicode scalar value; whoever gives another number traps.
;; run: id('a') -> 'a'
;; run: id('\u{10ffff}') -> '\u{10ffff}'
;; run: take(55295)
;; trap: take(55296) -> "invalid `char` bit pattern"
;; trap: take(57343) -> "invalid `char` bit pattern (57343)"
;; run: take(57344)
;; run: take(1114111)
;; trap: take(1114112) -> "invalid `char` bit pattern"
;; trap: take(4294967295) -> "invalid `char` bit pattern"

(component
  (component $C
    (core module $M
      (func (export "id") (param i32) (result i32)
        (local.get 0))
      (func (export "take") (param i32)
        (nop)))
    (core instance $m (instantiate $M))
    (func (export "id") (param "x" char) (result char)
      (canon lift (core func $m "id")))
    (func (export "take") (param "x" char)
      (canon lift (core func $m "take"))))

  (component $D
    (import "c" (instance $c
      (export "id" (func (param "x" char) (result char)))
      (export "take" (func (param "x" char)))))
    (core func $id (canon lower (func $c "id")))
    (core func $take (canon lower (func $c "take")))
    (core module $Main
      (import "c" "id" (func $id (param i32) (result i32)))
      (import "c" "take" (func $take (param i32)))
      (func (export "id") (param i32) (result i32)
        (call $id (local.get 0)))
      (func (export "take") (param i32)
        (call $take (local.get 0))))
    (core instance $main (instantiate $Main
      (with "c" (instance
        (export "id" (func $id))
        (export "take" (func $take))))))
    (func (export "id") (param "x" char) (result char) (canon lift (core func $main "id")))
    (func (export "take") (param "x" u32) (canon lift (core func $main "take"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "id") (alias export $d "id"))
  (func (export "take") (alias export $d "take")))
