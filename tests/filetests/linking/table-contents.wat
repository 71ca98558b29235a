;; Element segments replace one another's elements in their order; those of a later instance are in the table after the start
;; functions of earlier ones have run, and not before. A module that is instantiated twice has its own functions in each.
;; run: at(0) -> 10
;; run: at(1) -> 12
;; run: at(3) -> 30
;; trap: at(2) -> "uninitialized element"
;; trap: at(4) -> "undefined element"
;; run: seen() -> 0
;; run: init() -> 10
;; trap: init-dropped() -> "out of bounds table access"
;; run: first() -> 101
;; run: second() -> 102

(component
  (core module $Owner
    (type $f (func (result i32)))
    (table $t (export "table") 4 funcref)
    (global $ten funcref (ref.func $ten))
    (func $ten (result i32) (i32.const 10))
    (func $eleven (result i32) (i32.const 11))
    (func $twelve (result i32) (i32.const 12))
    (elem $first (i32.const 0) $ten $eleven $eleven)
    (elem (i32.const 1) funcref (ref.func $twelve) (ref.null func))
    (elem $passive funcref (ref.null func) (global.get $ten))
    (func (export "at") (param i32) (result i32) (call_indirect (type $f) (local.get 0)))
    (func (export "init") (result i32)
      (table.init $passive (i32.const 0) (i32.const 1) (i32.const 1))
      (call_indirect (type $f) (i32.const 0)))
    (func (export "init-dropped") (result i32)
      (table.init $first (i32.const 0) (i32.const 0) (i32.const 1))
      (i32.const 0)))
  (core instance $owner (instantiate $Owner))
  (core module $Look
    (import "owner" "table" (table $t 4 funcref))
    (global $seen (mut i32) (i32.const 7))
    (func $start (global.set $seen (i32.eqz (ref.is_null (table.get $t (i32.const 3))))))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $look (instantiate $Look (with "owner" (instance $owner))))
  (core module $Late
    (import "owner" "table" (table 4 funcref))
    (func $thirty (result i32) (i32.const 30))
    (elem (i32.const 3) $thirty))
  (core instance (instantiate $Late (with "owner" (instance $owner))))

  (core module $Twice
    (import "" "base" (global $base i32))
    (type $f (func (result i32)))
    (table 1 funcref)
    (global $own (mut i32) (i32.const 0))
    (func $get (result i32) (i32.add (global.get $own) (global.get $base)))
    (elem (i32.const 0) $get)
    (func (export "run") (result i32)
      (global.set $own (i32.const 100))
      (call_indirect (type $f) (i32.const 0))))
  (core module $Numbers
    (global (export "1") i32 (i32.const 1))
    (global (export "2") i32 (i32.const 2)))
  (core instance $numbers (instantiate $Numbers))
  (core instance $one (instantiate $Twice (with "" (instance (export "base" (global $numbers "1"))))))
  (core instance $two (instantiate $Twice (with "" (instance (export "base" (global $numbers "2"))))))

  (func (export "at") (param "i" u32) (result u32) (canon lift (core func $owner "at")))
  (func (export "init") (result u32) (canon lift (core func $owner "init")))
  (func (export "init-dropped") (result u32) (canon lift (core func $owner "init-dropped")))
  (func (export "seen") (result u32) (canon lift (core func $look "seen")))
  (func (export "first") (result u32) (canon lift (core func $one "run")))
  (func (export "second") (result u32) (canon lift (core func $two "run"))))
