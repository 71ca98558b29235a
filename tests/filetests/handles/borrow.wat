;; The implementer receives a borrow as the representation. While a handle is lent, its owner may lend it again but not
;; give it away; afterwards it may.
;; run: rep() -> 71
;; run: lent-twice() -> 142
;; run: dropped-after() -> 71
;; trap: lent-and-given() -> "cannot remove owned resource while borrowed"
;; trap: lend-nothing() -> "unknown handle index 4"

(component
  (component $C
    (type $R' (resource (rep i32)))
    (export $R "r" (type $R'))
    (canon resource.new $R' (core func $new))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32)
        (call $new (i32.const 71)))
      (func (export "rep") (param i32) (result i32)
        (local.get 0))
      (func (export "sum") (param i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 1)))
      (func (export "both") (param i32 i32)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $R)) (canon lift (core func $m "make")))
    (func (export "rep") (param "r" (borrow $R)) (result u32) (canon lift (core func $m "rep")))
    (func (export "sum") (param "a" (borrow $R)) (param "b" (borrow $R)) (result u32)
      (canon lift (core func $m "sum")))
    (func (export "both") (param "a" (borrow $R)) (param "b" (own $R)) (canon lift (core func $m "both"))))

  (component $D
    (import "c" (instance $c
      (export "r" (type $R (sub resource)))
      (export "make" (func (result (own $R))))
      (export "rep" (func (param "r" (borrow $R)) (result u32)))
      (export "sum" (func (param "a" (borrow $R)) (param "b" (borrow $R)) (result u32)))
      (export "both" (func (param "a" (borrow $R)) (param "b" (own $R))))))
    (alias export $c "r" (type $R))
    (canon resource.drop $R (core func $drop))
    (core func $make (canon lower (func $c "make")))
    (core func $rep (canon lower (func $c "rep")))
    (core func $sum (canon lower (func $c "sum")))
    (core func $both (canon lower (func $c "both")))
    (core module $Main
      (import "" "drop" (func $drop (param i32)))
      (import "c" "make" (func $make (result i32)))
      (import "c" "rep" (func $rep (param i32) (result i32)))
      (import "c" "sum" (func $sum (param i32 i32) (result i32)))
      (import "c" "both" (func $both (param i32 i32)))
      (func (export "rep") (result i32)
        (call $rep (call $make)))
      (func (export "lent-twice") (result i32)
        (local $h i32)
        (local.set $h (call $make))
        (call $sum (local.get $h) (local.get $h)))
      (func (export "dropped-after") (result i32)
        (local $h i32)
        (local $rep i32)
        (local.set $h (call $make))
        (local.set $rep (call $rep (local.get $h)))
        (call $drop (local.get $h))
        (local.get $rep))
      (func (export "lent-and-given")
        (local $h i32)
        (local.set $h (call $make))
        (call $both (local.get $h) (local.get $h)))
      (func (export "lend-nothing")
        (drop (call $rep (i32.const 4)))))
    (core instance $main (instantiate $Main
      (with "" (instance (export "drop" (func $drop))))
      (with "c" (instance
        (export "make" (func $make))
        (export "rep" (func $rep))
        (export "sum" (func $sum))
        (export "both" (func $both))))))
    (func (export "rep") (result u32) (canon lift (core func $main "rep")))
    (func (export "lent-twice") (result u32) (canon lift (core func $main "lent-twice")))
    (func (export "dropped-after") (result u32) (canon lift (core func $main "dropped-after")))
    (func (export "lent-and-given") (canon lift (core func $main "lent-and-given")))
    (func (export "lend-nothing") (canon lift (core func $main "lend-nothing"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "rep") (alias export $d "rep"))
  (func (export "lent-twice") (alias export $d "lent-twice"))
  (func (export "dropped-after") (alias export $d "dropped-after"))
  (func (export "lent-and-given") (alias export $d "lent-and-given"))
  (func (export "lend-nothing") (alias export $d "lend-nothing")))
