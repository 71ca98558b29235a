;; A borrow handle in a variant with one payload only, which occurs in each call, must be given back and then no more.
;; run: lend() -> 7
;; trap: keep() -> "borrow handles still remain at the end of the call"

(component
  (component $C
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 7))))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $r)) (canon lift (core func $m "make"))))
  (instance $c (instantiate $C))
  (alias export $c "r" (type $r))
  (component $D
    (import "r" (type $r (sub resource)))
    (type $only' (variant (case "only" (borrow $r))))
    (export $only "only" (type $only'))
    (core func $drop (canon resource.drop $r))
    (core module $M
      (import "" "drop" (func $drop (param i32)))
      (func (export "drop") (param i32 i32) (result i32) (call $drop (local.get 1)) (i32.const 7))
      (func (export "keep") (param i32 i32) (result i32) (i32.const 7)))
    (core instance $m (instantiate $M (with "" (instance (export "drop" (func $drop))))))
    (func (export "drop") (param "v" $only) (result u32) (canon lift (core func $m "drop")))
    (func (export "keep") (param "v" $only) (result u32) (canon lift (core func $m "keep"))))
  (instance $d (instantiate $D (with "r" (type $r))))
  (core func $make (canon lower (func $c "make")))
  (core func $drop (canon lower (func $d "drop")))
  (core func $keep (canon lower (func $d "keep")))
  (core module $M
    (import "" "make" (func $make (result i32)))
    (import "" "drop" (func $drop (param i32 i32) (result i32)))
    (import "" "keep" (func $keep (param i32 i32) (result i32)))
    (func (export "lend") (result i32) (call $drop (i32.const 0) (call $make)))
    (func (export "keep") (result i32) (call $keep (i32.const 0) (call $make))))
  (core instance $m (instantiate $M (with "" (instance
    (export "make" (func $make)) (export "drop" (func $drop)) (export "keep" (func $keep))))))
  (func (export "lend") (result u32) (canon lift (core func $m "lend")))
  (func (export "keep") (result u32) (canon lift (core func $m "keep"))))
