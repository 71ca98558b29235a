;; Instances of one module have memories, globals and tables of their own, whatever component they are in.
;; run: counts() -> (2, 1, 11)

(component
  (core module $Counter
    (global $n (mut i32) (i32.const 0))
    (memory 1)
    (func (export "bump") (result i32)
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
      (if (i32.ne (global.get $n) (i32.load (i32.const 0))) (then (unreachable)))
      (global.get $n)))
  (component $Inner
    (core instance $counter (instantiate $Counter))
    (core module $Adder
      (import "" "bump" (func $bump (result i32)))
      (func (export "f") (result i32) (i32.add (call $bump) (i32.const 10))))
    (core instance $adder (instantiate $Adder (with "" (instance $counter))))
    (func (export "f") (result u32) (canon lift (core func $adder "f"))))
  (instance $inner (instantiate $Inner))
  (core instance $a (instantiate $Counter))
  (core instance $b (instantiate $Counter))
  (core func $inner (canon lower (func $inner "f")))
  (core module $Main
    (import "a" "bump" (func $a (result i32)))
    (import "b" "bump" (func $b (result i32)))
    (import "" "inner" (func $inner (result i32)))
    (memory (export "memory") 1)
    (func (export "counts") (result i32)
      (drop (call $a))
      (i32.store (i32.const 16) (call $a))
      (i32.store (i32.const 20) (call $b))
      (i32.store (i32.const 24) (call $inner))
      (i32.const 16)))
  (core instance $main (instantiate $Main
    (with "a" (instance $a))
    (with "b" (instance $b))
    (with "" (instance (export "inner" (func $inner))))))
  (func (export "counts") (result (tuple u32 u32 u32))
    (canon lift (core func $main "counts") (memory (core memory $main "memory")))))
