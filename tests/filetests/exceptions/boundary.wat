;; An exception stops at a component boundary: it traps there, and the caller cannot catch it, even where the adapter is
;; inlined into the caller's `try_table`. What a component catches itself does not reach the boundary.
;; trap: catch-theirs(1) -> "uncaught exception"
;; run: catch-theirs(0) -> 7
;; run: catch-own(5) -> 6
;; trap: drop-theirs() -> "uncaught exception"
;; trap: throw-out(3) -> "uncaught exception"

(component
  (component $Callee
    (core module $M
      (tag $t (param i32))
      (func (export "f") (param i32) (result i32)
        (if (local.get 0) (then (throw $t (local.get 0))))
        (i32.const 7))
      (func (export "g") (param i32) (result i32)
        (block $caught (result i32)
          (try_table (result i32) (catch $t $caught)
            (throw $t (i32.add (local.get 0) (i32.const 1))))))
      (func (export "dtor") (param i32) (throw $t (local.get 0))))
    (core instance $m (instantiate $M))
    (type $r' (resource (rep i32) (dtor (core func $m "dtor"))))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $Make
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 1))))
    (core instance $make (instantiate $Make (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $r)) (canon lift (core func $make "make")))
    (func (export "f") (param "x" u32) (result u32) (canon lift (core func $m "f")))
    (func (export "g") (param "x" u32) (result u32) (canon lift (core func $m "g"))))
  (instance $callee (instantiate $Callee))
  (alias export $callee "r" (type $r))
  (core func $f (canon lower (func $callee "f")))
  (core func $g (canon lower (func $callee "g")))
  (core func $make (canon lower (func $callee "make")))
  (core func $drop (canon resource.drop $r))
  (core module $Caller
    (import "" "f" (func $f (param i32) (result i32)))
    (import "" "g" (func $g (param i32) (result i32)))
    (import "" "make" (func $make (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (tag $own)
    (func (export "catch-theirs") (param i32) (result i32)
      (block $caught
        (try_table (catch_all $caught) (return (call $f (local.get 0)))))
      (i32.const 1000))
    (func (export "catch-own") (param i32) (result i32)
      (local i32)
      (block $caught
        (try_table (catch $own $caught)
          (local.set 1 (call $g (local.get 0)))
          (throw $own)))
      (local.get 1))
    (func (export "drop-theirs")
      (block $caught (try_table (catch_all $caught) (call $drop (call $make)))))
    (func (export "throw-out") (param i32) (throw $own)))
  (core instance $caller (instantiate $Caller (with "" (instance
    (export "f" (func $f)) (export "g" (func $g)) (export "make" (func $make)) (export "drop" (func $drop))))))
  (func (export "catch-theirs") (param "x" u32) (result u32) (canon lift (core func $caller "catch-theirs")))
  (func (export "catch-own") (param "x" u32) (result u32) (canon lift (core func $caller "catch-own")))
  (func (export "drop-theirs") (canon lift (core func $caller "drop-theirs")))
  (func (export "throw-out") (param "x" u32) (canon lift (core func $caller "throw-out"))))
