;; A built-in of the asynchronous ABI links, and traps when it is called.
;; trap: new-set() -> "this built-in is not supported yet"
;; run: other() -> 5

(component
  (core func $new (canon waitable-set.new))
  (core module $M
    (import "" "new" (func $new (result i32)))
    (func (export "new-set") (result i32) (call $new))
    (func (export "other") (result i32) (i32.const 5)))
  (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
  (func (export "new-set") (result u32) (canon lift (core func $m "new-set")))
  (func (export "other") (result u32) (canon lift (core func $m "other"))))
