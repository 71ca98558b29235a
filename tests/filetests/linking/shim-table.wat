;; What toolchains do: a module that must exist before what it imports does calls through a table, which is filled when
;; instantiation ends.
;; run: run() -> 42
;; trap: empty() -> "uninitialized element"

(component
  (component $Other
    (core module $M (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
    (core instance $m (instantiate $M))
    (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add"))))
  (instance $other (instantiate $Other))
  (core module $Shim
    (type $binary (func (param i32 i32) (result i32)))
    (table (export "table") 2 funcref)
    (func (export "add") (param i32 i32) (result i32)
      (call_indirect (type $binary) (local.get 0) (local.get 1) (i32.const 0)))
    (func (export "empty") (param i32 i32) (result i32)
      (call_indirect (type $binary) (local.get 0) (local.get 1) (i32.const 1))))
  (core instance $shim (instantiate $Shim))
  (core module $Main
    (import "shim" "add" (func $add (param i32 i32) (result i32)))
    (import "shim" "empty" (func $empty (param i32 i32) (result i32)))
    (func (export "run") (result i32) (call $add (i32.const 40) (i32.const 2)))
    (func (export "empty") (result i32) (call $empty (i32.const 40) (i32.const 2))))
  (core instance $main (instantiate $Main (with "shim" (instance $shim))))
  (core func $add (canon lower (func $other "add")))
  (core module $Fixup
    (import "" "table" (table 2 funcref))
    (import "" "add" (func $add (param i32 i32) (result i32)))
    (elem (i32.const 0) $add))
  (core instance (instantiate $Fixup (with "" (instance
    (export "table" (table $shim "table"))
    (export "add" (func $add))))))
  (func (export "run") (result u32) (canon lift (core func $main "run")))
  (func (export "empty") (result u32) (canon lift (core func $main "empty"))))
