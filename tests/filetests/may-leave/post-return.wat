;; While `post-return` runs, the instance may not be left: not by a call of an import, not by a built-in that works on
;; handles. Reading its own memory is no leaving.
;; run: stay() -> 1
;; trap: call-import() -> "cannot leave component instance"
;; trap: new() -> "cannot leave component instance"
;; trap: drop() -> "cannot leave component instance"
;; run: may-leave-again() -> 4

(component
  (component $Other
    (core module $M (func (export "f") (result i32) (i32.const 1)))
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (component $C
    (import "f" (func $f (result u32)))
    (core func $f (canon lower (func $f)))
    (type $R (resource (rep i32)))
    (canon resource.new $R (core func $new))
    (canon resource.drop $R (core func $drop))
    (core module $M
      (import "" "f" (func $f (result i32)))
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (memory 1)
      (global $calls (mut i32) (i32.const 0))
      (func (export "one") (result i32)
        (call $new (i32.const 5)))
      (func (export "stay-after") (param i32)
        (i32.store (i32.const 0) (i32.load (i32.const 4))))
      (func (export "call-import-after") (param i32)
        (drop (call $f)))
      (func (export "new-after") (param i32)
        (drop (call $new (i32.const 5))))
      (func (export "drop-after") (param i32)
        (call $drop (i32.const 1)))
      (func (export "leave") (result i32)
        (i32.add
          (i32.add (call $f) (call $f))
          (i32.add (call $f) (call $new (i32.const 5))))))
    (core instance $m (instantiate $M (with "" (instance
      (export "f" (func $f))
      (export "new" (func $new))
      (export "drop" (func $drop))))))
    (func (export "stay") (result u32)
      (canon lift (core func $m "one") (post-return (core func $m "stay-after"))))
    (func (export "call-import") (result u32)
      (canon lift (core func $m "one") (post-return (core func $m "call-import-after"))))
    (func (export "new") (result u32)
      (canon lift (core func $m "one") (post-return (core func $m "new-after"))))
    (func (export "drop") (result u32)
      (canon lift (core func $m "one") (post-return (core func $m "drop-after"))))
    (func (export "may-leave-again") (result u32)
      (canon lift (core func $m "leave") (post-return (core func $m "stay-after")))))
  (instance $other (instantiate $Other))
  (instance $c (instantiate $C (with "f" (func $other "f"))))
  (func (export "stay") (alias export $c "stay"))
  (func (export "call-import") (alias export $c "call-import"))
  (func (export "new") (alias export $c "new"))
  (func (export "drop") (alias export $c "drop"))
  (func (export "may-leave-again") (alias export $c "may-leave-again")))
