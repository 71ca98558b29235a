;; In a component that debugs handles, a handle that was passed between components was created in the receiver's table, and
;; dropped from the giver's, by the adapter of the call. A borrow that outlives its call says where it came in.
;; debug-handles: true
;; run: kept-right() -> 33
;; trap: given-twice() -> "it was own<r>, created by adapter[lower make → lift make] in Main!given-twice at "
;; trap: given-twice() -> "and dropped by adapter[lower take → lift take] in Main!given-twice at "
;; trap: given-twice() -> "used by adapter[lower take → lift take] in Main!given-twice at "
;; trap: while-lent() -> "own<r> was created by adapter[lower make → lift make] in Main!while-lent at "
;; trap: kept() -> "borrow handles still remain at the end of the call (1 of them; the first is borrow<r>, lent by adapter[lower kept → lift kept])"
;; trap: kept() -> "borrow<r> at index 1 was created by adapter[lower kept → lift kept] in Main!kept at "
;; trap: kept-one-of-two() -> "borrow<r> at index 2 was created by adapter[lower kept-one-of-two → lift kept-one-of-two] in Main!kept-one-of-two at "
;; trap: kept-many() -> "borrow<r> at index 10 was created by adapter"
;; trap: kept-many() -> "and 2 more"
;; trap: own-of-borrow() -> "borrow<r> was created by adapter[lower own-of-borrow → lift own-of-borrow] in Main!own-of-borrow at "

(component
  (component $C
    (type $R' (resource (rep i32)))
    (export $R "r" (type $R'))
    (canon resource.new $R' (core func $new))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func $make (export "make") (result i32)
        (call $new (i32.const 33)))
      (func (export "rep") (param i32) (result i32)
        (local.get 0))
      (func (export "take") (param i32))
      (func (export "both") (param i32 i32)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $R)) (canon lift (core func $m "make")))
    (func (export "rep") (param "r" (borrow $R)) (result u32) (canon lift (core func $m "rep")))
    (func (export "take") (param "r" (own $R)) (canon lift (core func $m "take")))
    (func (export "both") (param "a" (borrow $R)) (param "b" (own $R)) (canon lift (core func $m "both"))))

  ;; The third, which is lent handles.
  (component $E
    (import "c" (instance $c
      (export "r" (type $R (sub resource)))
      (export "rep" (func (param "r" (borrow $R)) (result u32)))
      (export "take" (func (param "r" (own $R))))))
    (alias export $c "r" (type $R))
    (canon resource.drop $R (core func $drop))
    (core func $rep (canon lower (func $c "rep")))
    (core func $take (canon lower (func $c "take")))
    (core module $M
      (import "" "drop" (func $drop (param i32)))
      (import "" "rep" (func $rep (param i32) (result i32)))
      (import "" "take" (func $take (param i32)))
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64))
      (func (export "kept-right") (param i32) (result i32)
        (call $rep (local.get 0))
        (call $drop (local.get 0)))
      (func (export "kept") (param i32))
      (func (export "kept-one-of-two") (param i32 i32)
        (call $drop (local.get 0)))
      (func (export "kept-many") (param i32 i32))
      (func (export "own-of-borrow") (param i32)
        (call $take (local.get 0))))
    (core instance $m (instantiate $M (with "" (instance
      (export "drop" (func $drop))
      (export "rep" (func $rep))
      (export "take" (func $take))))))
    (func (export "kept-right") (param "r" (borrow $R)) (result u32) (canon lift (core func $m "kept-right")))
    (func (export "kept") (param "r" (borrow $R)) (canon lift (core func $m "kept")))
    (func (export "kept-one-of-two") (param "a" (borrow $R)) (param "b" (borrow $R))
      (canon lift (core func $m "kept-one-of-two")))
    (func (export "kept-many") (param "all" (list (borrow $R)))
      (canon lift (core func $m "kept-many") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
    (func (export "own-of-borrow") (param "r" (borrow $R)) (canon lift (core func $m "own-of-borrow"))))

  (component $D
    (import "c" (instance $c
      (export "r" (type $R (sub resource)))
      (export "make" (func (result (own $R))))
      (export "take" (func (param "r" (own $R))))
      (export "both" (func (param "a" (borrow $R)) (param "b" (own $R))))))
    (alias export $c "r" (type $R))
    (import "e" (instance $e
      (alias outer $D $R (type $R'))
      (export "kept-right" (func (param "r" (borrow $R')) (result u32)))
      (export "kept" (func (param "r" (borrow $R'))))
      (export "kept-one-of-two" (func (param "a" (borrow $R')) (param "b" (borrow $R'))))
      (export "kept-many" (func (param "all" (list (borrow $R')))))
      (export "own-of-borrow" (func (param "r" (borrow $R'))))))
    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))
    (core func $make (canon lower (func $c "make")))
    (core func $take (canon lower (func $c "take")))
    (core func $both (canon lower (func $c "both")))
    (core func $kept-right (canon lower (func $e "kept-right")))
    (core func $kept (canon lower (func $e "kept")))
    (core func $kept-one-of-two (canon lower (func $e "kept-one-of-two")))
    (core func $kept-many (canon lower (func $e "kept-many") (memory (core memory $memory "memory"))))
    (core func $own-of-borrow (canon lower (func $e "own-of-borrow")))
    (core module $Main
      (import "memory" "memory" (memory 1))
      (import "c" "make" (func $make (result i32)))
      (import "c" "take" (func $take (param i32)))
      (import "c" "both" (func $both (param i32 i32)))
      (import "e" "kept-right" (func $lend-kept-right (param i32) (result i32)))
      (import "e" "kept" (func $lend-kept (param i32)))
      (import "e" "kept-one-of-two" (func $lend-two (param i32 i32)))
      (import "e" "kept-many" (func $lend-many (param i32 i32)))
      (import "e" "own-of-borrow" (func $lend-own-of-borrow (param i32)))
      (func (export "kept-right") (result i32)
        (call $lend-kept-right (call $make)))
      (func $given-twice (export "given-twice")
        (local $h i32)
        (local.set $h (call $make))
        (call $take (local.get $h))
        (call $take (local.get $h)))
      (func $while-lent (export "while-lent")
        (local $h i32)
        (local.set $h (call $make))
        (call $both (local.get $h) (local.get $h)))
      (func $kept (export "kept")
        (call $lend-kept (call $make)))
      (func $kept-one-of-two (export "kept-one-of-two")
        (call $lend-two (call $make) (call $make)))
      ;; Twelve borrows of one handle.
      (func (export "kept-many")
        (local $i i32) (local $h i32)
        (local.set $h (call $make))
        (loop $again
          (i32.store (i32.mul (local.get $i) (i32.const 4)) (local.get $h))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $again (i32.lt_u (local.get $i) (i32.const 12))))
        (call $lend-many (i32.const 0) (i32.const 12)))
      (func $own-of-borrow (export "own-of-borrow")
        (call $lend-own-of-borrow (call $make))))
    (core instance $main (instantiate $Main
      (with "memory" (instance $memory))
      (with "c" (instance
        (export "make" (func $make))
        (export "take" (func $take))
        (export "both" (func $both))))
      (with "e" (instance
        (export "kept-right" (func $kept-right))
        (export "kept" (func $kept))
        (export "kept-one-of-two" (func $kept-one-of-two))
        (export "kept-many" (func $kept-many))
        (export "own-of-borrow" (func $own-of-borrow))))))
    (func (export "kept-right") (result u32) (canon lift (core func $main "kept-right")))
    (func (export "given-twice") (canon lift (core func $main "given-twice")))
    (func (export "while-lent") (canon lift (core func $main "while-lent")))
    (func (export "kept") (canon lift (core func $main "kept")))
    (func (export "kept-one-of-two") (canon lift (core func $main "kept-one-of-two")))
    (func (export "kept-many") (canon lift (core func $main "kept-many")))
    (func (export "own-of-borrow") (canon lift (core func $main "own-of-borrow"))))

  (instance $c (instantiate $C))
  (instance $e (instantiate $E (with "c" (instance $c))))
  (instance $d (instantiate $D (with "c" (instance $c)) (with "e" (instance $e))))
  (func (export "kept-right") (alias export $d "kept-right"))
  (func (export "given-twice") (alias export $d "given-twice"))
  (func (export "while-lent") (alias export $d "while-lent"))
  (func (export "kept") (alias export $d "kept"))
  (func (export "kept-one-of-two") (alias export $d "kept-one-of-two"))
  (func (export "kept-many") (alias export $d "kept-many"))
  (func (export "own-of-borrow") (alias export $d "own-of-borrow")))
