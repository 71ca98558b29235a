;; A handle is an index into the table of the instance that uses it. What is a handle elsewhere is not one here, and no
;; arithmetic makes one. What a borrow was is nothing when the call that lent it is over.
;; run: own() -> 20
;; trap: of-a-sibling() -> "unknown handle index 2"
;; trap: of-a-sibling-with-another-type-here() -> "handle index 1 used with the wrong type"
;; trap: plus-one() -> "unknown handle index 2"
;; trap: negated() -> "unknown handle index 4294967295"
;; trap: beyond-the-maximum() -> "unknown handle index 268435457"
;; trap: borrow-after-the-call() -> "unknown handle index 1"
;; trap: given-twice-in-one-call() -> "unknown handle index 1"
;; trap: lent-and-given-in-one-call() -> "cannot remove owned resource while borrowed (handle index 1, own<r>)"
;; trap: given-and-lent-in-one-call() -> "unknown handle index 1"
;; run: lent-twice-in-one-call() -> 40

(component
  (component $C
    (type $R' (resource (rep i32)))
    (export $R "r" (type $R'))
    (core func $new (canon resource.new $R'))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 20)))
      (func (export "rep") (param i32) (result i32) (local.get 0))
      (func (export "two") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
      (func (export "keep") (drop (call $new (i32.const 1)))))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $R)) (canon lift (core func $m "make")))
    (func (export "keep") (canon lift (core func $m "keep")))
    (func (export "rep") (param "r" (borrow $R)) (result u32) (canon lift (core func $m "rep")))
    (func (export "borrows") (param "a" (borrow $R)) (param "b" (borrow $R)) (result u32)
      (canon lift (core func $m "two")))
    (func (export "owns") (param "a" (own $R)) (param "b" (own $R)) (result u32) (canon lift (core func $m "two")))
    (func (export "borrow-own") (param "a" (borrow $R)) (param "b" (own $R)) (result u32)
      (canon lift (core func $m "two")))
    (func (export "own-borrow") (param "a" (own $R)) (param "b" (borrow $R)) (result u32)
      (canon lift (core func $m "two"))))
  (instance $c (instantiate $C))
  (alias export $c "r" (type $R))

  ;; Remembers the borrow that it got, and uses it in a later call.
  (component $E
    (import "c" (instance $c
      (export "r" (type $R (sub resource)))
      (export "rep" (func (param "r" (borrow $R)) (result u32)))))
    (alias export $c "r" (type $R))
    (core func $drop (canon resource.drop $R))
    (core func $rep (canon lower (func $c "rep")))
    (core module $M
      (import "" "drop" (func $drop (param i32)))
      (import "" "rep" (func $rep (param i32) (result i32)))
      (global $last (mut i32) (i32.const 0))
      (func (export "remember") (param i32) (global.set $last (local.get 0)) (call $drop (local.get 0)))
      (func (export "use") (result i32) (call $rep (global.get $last))))
    (core instance $m (instantiate $M (with "" (instance (export "drop" (func $drop)) (export "rep" (func $rep))))))
    (func (export "remember") (param "r" (borrow $R)) (canon lift (core func $m "remember")))
    (func (export "use") (result u32) (canon lift (core func $m "use"))))
  (instance $e (instantiate $E (with "c" (instance $c))))

  (type $Other (resource (rep i32)))
  (core func $new-other (canon resource.new $Other))
  (core func $make (canon lower (func $c "make")))
  (core func $keep (canon lower (func $c "keep")))
  (core func $rep (canon lower (func $c "rep")))
  (core func $borrows (canon lower (func $c "borrows")))
  (core func $owns (canon lower (func $c "owns")))
  (core func $borrow-own (canon lower (func $c "borrow-own")))
  (core func $own-borrow (canon lower (func $c "own-borrow")))
  (core func $remember (canon lower (func $e "remember")))
  (core func $use (canon lower (func $e "use")))
  (core module $Main
    (import "" "make" (func $make (result i32)))
    (import "" "keep" (func $keep))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (import "" "borrows" (func $borrows (param i32 i32) (result i32)))
    (import "" "owns" (func $owns (param i32 i32) (result i32)))
    (import "" "borrow-own" (func $borrow-own (param i32 i32) (result i32)))
    (import "" "own-borrow" (func $own-borrow (param i32 i32) (result i32)))
    (import "" "remember" (func $remember (param i32)))
    (import "" "use" (func $use (result i32)))
    (import "" "new-other" (func $new-other (param i32) (result i32)))
    (func (export "own") (result i32) (call $rep (call $make)))
    ;; The sibling has handles 1 and 2, this instance has handle 1.
    (func (export "of-a-sibling") (result i32)
      (call $keep) (call $keep) (drop (call $make)) (call $rep (i32.const 2)))
    (func (export "of-a-sibling-with-another-type-here") (result i32)
      (call $keep) (call $rep (call $new-other (i32.const 20))))
    (func (export "plus-one") (result i32) (call $rep (i32.add (call $make) (i32.const 1))))
    (func (export "negated") (result i32) (call $rep (i32.sub (i32.const 0) (call $make))))
    (func (export "beyond-the-maximum") (result i32) (call $rep (i32.or (call $make) (i32.const 268435456))))
    (func (export "borrow-after-the-call") (result i32) (call $remember (call $make)) (call $use))
    (func (export "given-twice") (result i32) (call $owns (call $make) (i32.const 1)))
    (func (export "lent-and-given") (result i32) (call $borrow-own (call $make) (i32.const 1)))
    (func (export "given-and-lent") (result i32) (call $own-borrow (call $make) (i32.const 1)))
    (func (export "lent-twice") (result i32) (call $borrows (call $make) (i32.const 1))))
  (core instance $main (instantiate $Main (with "" (instance
    (export "make" (func $make)) (export "keep" (func $keep)) (export "rep" (func $rep))
    (export "borrows" (func $borrows)) (export "owns" (func $owns)) (export "borrow-own" (func $borrow-own))
    (export "own-borrow" (func $own-borrow)) (export "remember" (func $remember)) (export "use" (func $use))
    (export "new-other" (func $new-other))))))
  (func (export "own") (result u32) (canon lift (core func $main "own")))
  (func (export "of-a-sibling") (result u32) (canon lift (core func $main "of-a-sibling")))
  (func (export "of-a-sibling-with-another-type-here") (result u32)
    (canon lift (core func $main "of-a-sibling-with-another-type-here")))
  (func (export "plus-one") (result u32) (canon lift (core func $main "plus-one")))
  (func (export "negated") (result u32) (canon lift (core func $main "negated")))
  (func (export "beyond-the-maximum") (result u32) (canon lift (core func $main "beyond-the-maximum")))
  (func (export "borrow-after-the-call") (result u32) (canon lift (core func $main "borrow-after-the-call")))
  (func (export "given-twice-in-one-call") (result u32) (canon lift (core func $main "given-twice")))
  (func (export "lent-and-given-in-one-call") (result u32) (canon lift (core func $main "lent-and-given")))
  (func (export "given-and-lent-in-one-call") (result u32) (canon lift (core func $main "given-and-lent")))
  (func (export "lent-twice-in-one-call") (result u32) (canon lift (core func $main "lent-twice"))))
