;; Every use of an index is checked: bound, kind, type. Zero is never valid, nor is what was dropped.
;; run: rep(1) -> 70
;; trap: rep(0) -> "unknown handle index 0"
;; trap: rep(2) -> "unknown handle index 2"
;; trap: rep(268435456) -> "unknown handle index 268435456"
;; trap: rep(4294967295) -> "unknown handle index 4294967295"
;; run: drop(1)
;; trap: drop(0) -> "unknown handle index 0"
;; trap: drop(4294967295) -> "unknown handle index 4294967295"
;; trap: drop-twice() -> "unknown handle index 1"
;; trap: rep-after-drop() -> "unknown handle index 1"

(component
  (type $R (resource (rep i32)))
  (canon resource.new $R (core func $new))
  (canon resource.drop $R (core func $drop))
  (canon resource.rep $R (core func $rep))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (func (export "rep") (param i32) (result i32)
      (drop (call $new (i32.const 70)))
      (call $rep (local.get 0)))
    (func (export "drop") (param i32)
      (drop (call $new (i32.const 70)))
      (call $drop (local.get 0)))
    (func (export "drop-twice")
      (local $h i32)
      (local.set $h (call $new (i32.const 70)))
      (call $drop (local.get $h))
      (call $drop (local.get $h)))
    (func (export "rep-after-drop")
      (local $h i32)
      (local.set $h (call $new (i32.const 70)))
      (call $drop (local.get $h))
      (drop (call $rep (local.get $h)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new))
    (export "drop" (func $drop))
    (export "rep" (func $rep))))))
  (func (export "rep") (param "index" u32) (result u32) (canon lift (core func $m "rep")))
  (func (export "drop") (param "index" u32) (canon lift (core func $m "drop")))
  (func (export "drop-twice") (canon lift (core func $m "drop-twice")))
  (func (export "rep-after-drop") (canon lift (core func $m "rep-after-drop"))))
