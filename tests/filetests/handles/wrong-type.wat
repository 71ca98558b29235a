;; A handle of one resource type is no handle of another, though both are in one table.
;; run: same() -> 5
;; trap: rep() -> "handle index 1 used with the wrong type"
;; trap: drop() -> "expected guest-defined resource but found a different guest-defined resource"

(component
  (type $A (resource (rep i32)))
  (type $B (resource (rep i32)))
  (canon resource.new $A (core func $new-a))
  (canon resource.rep $A (core func $rep-a))
  (canon resource.rep $B (core func $rep-b))
  (canon resource.drop $B (core func $drop-b))
  (core module $M
    (import "" "new-a" (func $new-a (param i32) (result i32)))
    (import "" "rep-a" (func $rep-a (param i32) (result i32)))
    (import "" "rep-b" (func $rep-b (param i32) (result i32)))
    (import "" "drop-b" (func $drop-b (param i32)))
    (func (export "same") (result i32)
      (call $rep-a (call $new-a (i32.const 5))))
    (func (export "rep")
      (drop (call $rep-b (call $new-a (i32.const 5)))))
    (func (export "drop")
      (call $drop-b (call $new-a (i32.const 5)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "new-a" (func $new-a))
    (export "rep-a" (func $rep-a))
    (export "rep-b" (func $rep-b))
    (export "drop-b" (func $drop-b))))))
  (func (export "same") (result u32) (canon lift (core func $m "same")))
  (func (export "rep") (canon lift (core func $m "rep")))
  (func (export "drop") (canon lift (core func $m "drop"))))
