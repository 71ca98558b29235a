;; An owned handle moves: out of the giver's table, into the taker's, each with its own indices. Both sides of the move
;; give out the freed index again.
;; run: indices() -> (1, 2, 1)
;; run: rep-survives() -> 500
;; trap: use-after-move() -> "unknown handle index 1"
;; trap: move-twice() -> "unknown handle index 1"
;; trap: never-had() -> "unknown handle index 9"

(component
  (component $C
    (type $R' (resource (rep i32)))
    (export $R "r" (type $R'))
    (canon resource.new $R' (core func $new))
    (canon resource.rep $R' (core func $rep))
    (canon resource.drop $R' (core func $drop))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "rep" (func $rep (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "make") (param i32) (result i32)
        (call $new (local.get 0)))
      (func (export "take") (param i32) (result i32)
        (local $rep i32)
        (if (i32.ne (local.get 0) (i32.const 1)) (then (unreachable)))
        (local.set $rep (call $rep (local.get 0)))
        (call $drop (local.get 0))
        (local.get $rep)))
    (core instance $m (instantiate $M (with "" (instance
      (export "new" (func $new))
      (export "rep" (func $rep))
      (export "drop" (func $drop))))))
    (func (export "make") (param "rep" u32) (result (own $R)) (canon lift (core func $m "make")))
    (func (export "take") (param "r" (own $R)) (result u32) (canon lift (core func $m "take"))))

  (component $D
    (import "c" (instance $c
      (export "r" (type $R (sub resource)))
      (export "make" (func (param "rep" u32) (result (own $R))))
      (export "take" (func (param "r" (own $R)) (result u32)))))
    (alias export $c "r" (type $R))
    (canon resource.drop $R (core func $drop))
    (core func $make (canon lower (func $c "make")))
    (core func $take (canon lower (func $c "take")))
    (core module $Main
      (import "" "drop" (func $drop (param i32)))
      (import "c" "make" (func $make (param i32) (result i32)))
      (import "c" "take" (func $take (param i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "indices") (result i32)
        (i32.store (i32.const 16) (call $make (i32.const 0)))
        (i32.store (i32.const 20) (call $make (i32.const 0)))
        (drop (call $take (i32.const 1)))
        (i32.store (i32.const 24) (call $make (i32.const 0)))
        (i32.const 16))
      (func (export "rep-survives") (result i32)
        (call $take (call $make (i32.const 500))))
      (func (export "use-after-move")
        (local $h i32)
        (local.set $h (call $make (i32.const 0)))
        (drop (call $take (local.get $h)))
        (call $drop (local.get $h)))
      (func (export "move-twice")
        (local $h i32)
        (local.set $h (call $make (i32.const 0)))
        (drop (call $take (local.get $h)))
        (drop (call $take (local.get $h))))
      (func (export "never-had")
        (drop (call $take (i32.const 9)))))
    (core instance $main (instantiate $Main
      (with "" (instance (export "drop" (func $drop))))
      (with "c" (instance (export "make" (func $make)) (export "take" (func $take))))))
    (func (export "indices") (result (tuple u32 u32 u32))
      (canon lift (core func $main "indices") (memory (core memory $main "memory"))))
    (func (export "rep-survives") (result u32) (canon lift (core func $main "rep-survives")))
    (func (export "use-after-move") (canon lift (core func $main "use-after-move")))
    (func (export "move-twice") (canon lift (core func $main "move-twice")))
    (func (export "never-had") (canon lift (core func $main "never-had"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "indices") (alias export $d "indices"))
  (func (export "rep-survives") (alias export $d "rep-survives"))
  (func (export "use-after-move") (alias export $d "use-after-move"))
  (func (export "move-twice") (alias export $d "move-twice"))
  (func (export "never-had") (alias export $d "never-had")))
