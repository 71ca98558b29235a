;; Any core value but zero is true; true is lowered as one.
;; run: not(true) -> false
;; run: not(false) -> true
;; run: lowered() -> 1
;; run: lifted() -> true

(component
  (component $C
    (core module $M
      (func (export "not") (param i32) (result i32)
        (i32.eqz (local.get 0)))
      (func (export "core") (param i32) (result i32)
        (local.get 0))
      (func (export "give") (result i32)
        (i32.const 256)))
    (core instance $m (instantiate $M))
    (func (export "not") (param "x" bool) (result bool)
      (canon lift (core func $m "not")))
    (func (export "core") (param "x" bool) (result u32)
      (canon lift (core func $m "core")))
    (func (export "give") (result bool)
      (canon lift (core func $m "give"))))

  (component $D
    (import "c" (instance $c
      (export "not" (func (param "x" bool) (result bool)))
      (export "core" (func (param "x" bool) (result u32)))
      (export "give" (func (result bool)))))
    (core func $not (canon lower (func $c "not")))
    (core func $core (canon lower (func $c "core")))
    (core func $give (canon lower (func $c "give")))
    (core module $Main
      (import "c" "not" (func $not (param i32) (result i32)))
      (import "c" "core" (func $core (param i32) (result i32)))
      (import "c" "give" (func $give (result i32)))
      (func (export "not") (param i32) (result i32)
        (call $not (local.get 0)))
      (func (export "lowered") (result i32)
        (call $core (i32.const -2)))
      (func (export "lifted") (result i32)
        (call $give)))
    (core instance $main (instantiate $Main
      (with "c" (instance
        (export "not" (func $not))
        (export "core" (func $core))
        (export "give" (func $give))))))
    (func (export "not") (param "x" bool) (result bool) (canon lift (core func $main "not")))
    (func (export "lowered") (result u32) (canon lift (core func $main "lowered")))
    (func (export "lifted") (result bool) (canon lift (core func $main "lifted"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "not") (alias export $d "not"))
  (func (export "lowered") (alias export $d "lowered"))
  (func (export "lifted") (alias export $d "lifted")))
