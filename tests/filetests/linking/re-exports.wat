;; A resource type keeps its identity however it is exported again: by an instance that imports it, renamed, or both. Two
;; instances of one component have different ones.
;; run: same() -> 5
;; trap: other() -> "used with the wrong type"

(component
  (component $Maker
    (type $R' (resource (rep i32)))
    (export $R "r" (type $R'))
    (canon resource.new $R' (core func $new))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 5)))
      (func (export "look") (param i32) (result i32) (local.get 0)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $R)) (canon lift (core func $m "make")))
    (func (export "look") (param "r" (borrow $R)) (result u32) (canon lift (core func $m "look"))))

  ;; Exports what it imports, the type under another name.
  (component $Pass
    (import "r" (type $R (sub resource)))
    (import "make" (func $make (result (own $R))))
    (export $S "s" (type $R))
    (export "make-s" (func $make) (func (result (own $S)))))

  (component $User
    (import "r" (type $R (sub resource)))
    (import "look" (func $look (param "r" (borrow $R)) (result u32)))
    (import "make" (func $make (result (own $R))))
    (import "q" (type $Q (sub resource)))
    (import "make-q" (func $make-q (result (own $Q))))
    (core func $look' (canon lower (func $look)))
    (core func $make' (canon lower (func $make)))
    (core func $make-q' (canon lower (func $make-q)))
    (core module $M
      (import "" "look" (func $look (param i32) (result i32)))
      (import "" "make" (func $make (result i32)))
      (import "" "make-q" (func $make-q (result i32)))
      (func (export "same") (result i32) (call $look (call $make)))
      (func (export "other") (result i32) (call $look (call $make-q))))
    (core instance $m (instantiate $M (with "" (instance
      (export "look" (func $look')) (export "make" (func $make')) (export "make-q" (func $make-q'))))))
    (func (export "same") (result u32) (canon lift (core func $m "same")))
    (func (export "other") (result u32) (canon lift (core func $m "other"))))

  (instance $one (instantiate $Maker))
  (instance $two (instantiate $Maker))
  (instance $pass (instantiate $Pass (with "r" (type $one "r")) (with "make" (func $one "make"))))
  (instance $user (instantiate $User
    (with "r" (type $one "r"))
    (with "look" (func $one "look"))
    (with "make" (func $pass "make-s"))
    (with "q" (type $two "r"))
    (with "make-q" (func $two "make"))))
  (export "same" (func $user "same"))
  (export "other" (func $user "other")))
