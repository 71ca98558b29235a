;; A handle that arrives needs an entry too: the table of the instance that receives it may be full, be it given or lent.
;; handle-quota: 100
;; run: give(100) -> 100
;; trap: give(101) -> "handle table is full: its quota is 101 entries"
;; trap: lend-to-full() -> "handle table is full: its quota is 101 entries"

(component
  (component $C
    (type $R' (resource (rep i32)))
    (export $R "r" (type $R'))
    (core func $new (canon resource.new $R'))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 1))))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $R)) (canon lift (core func $m "make"))))
  (instance $c (instantiate $C))
  (alias export $c "r" (type $R))
  ;; Keeps what it is given.
  (component $E
    (import "c" (instance $c (export "r" (type $R (sub resource)))))
    (alias export $c "r" (type $R))
    (core func $drop (canon resource.drop $R))
    (core module $M
      (import "" "drop" (func $drop (param i32)))
      (func (export "take") (param i32) (result i32) (local.get 0))
      (func (export "look") (param i32) (call $drop (local.get 0))))
    (core instance $m (instantiate $M (with "" (instance (export "drop" (func $drop))))))
    (func (export "take") (param "r" (own $R)) (result u32) (canon lift (core func $m "take")))
    (func (export "look") (param "r" (borrow $R)) (canon lift (core func $m "look"))))
  (instance $e (instantiate $E (with "c" (instance $c))))
  (core func $make (canon lower (func $c "make")))
  (core func $take (canon lower (func $e "take")))
  (core func $look (canon lower (func $e "look")))
  (core module $Main
    (import "" "make" (func $make (result i32)))
    (import "" "take" (func $take (param i32) (result i32)))
    (import "" "look" (func $look (param i32)))
    (func $give (export "give") (param $n i32) (result i32)
      (local $last i32)
      (loop $each
        (local.set $last (call $take (call $make)))
        (br_if $each (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $last))
    (func (export "lend-to-full")
      (call $look (call $make))
      (drop (call $give (i32.const 100)))
      (call $look (call $make))))
  (core instance $main (instantiate $Main (with "" (instance
    (export "make" (func $make)) (export "take" (func $take)) (export "look" (func $look))))))
  (func (export "give") (param "n" u32) (result u32) (canon lift (core func $main "give")))
  (func (export "lend-to-full") (canon lift (core func $main "lend-to-full"))))
