;; Aliases outwards of a type, a core module and a component, over one level and over two; each instance of what they mean is
;; a new one.
;; run: count-a() -> 2
;; run: count-b() -> 1
;; run: point() -> {x: 3, y: 4}

(component
  (type $point (record (field "x" u32) (field "y" u32)))
  (core module $Counter
    (global $count (mut i32) (i32.const 0))
    (func (export "count") (result i32)
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      (global.get $count)))
  (component $Leaf
    (alias outer 1 $Counter (core module $Counter))
    (core instance $counter (instantiate $Counter))
    (func (export "count") (result u32) (canon lift (core func $counter "count"))))
  (component $Middle
    (component $Inner
      (alias outer 2 $Leaf (component $Leaf))
      (alias outer 2 $point (type $point))
      (export $point' "point-type" (type $point))
      (core module $M
        (memory (export "memory") 1)
        (func (export "point") (result i32)
          (i32.store (i32.const 8) (i32.const 3))
          (i32.store (i32.const 12) (i32.const 4))
          (i32.const 8)))
      (core instance $m (instantiate $M))
      (instance $leaf (instantiate $Leaf))
      (export "count" (func $leaf "count"))
      (func (export "point") (result $point')
        (canon lift (core func $m "point") (memory (core memory $m "memory")))))
    (instance $inner (instantiate $Inner))
    (export "inner" (instance $inner)))

  (component $Twice
    (import "count" (func $count (result u32)))
    (core func $count' (canon lower (func $count)))
    (core module $M
      (import "" "count" (func $count (result i32)))
      (func (export "count") (result i32) (drop (call $count)) (call $count)))
    (core instance $m (instantiate $M (with "" (instance (export "count" (func $count'))))))
    (func (export "count") (result u32) (canon lift (core func $m "count"))))

  (instance $middle (instantiate $Middle))
  (instance $leaf (instantiate $Leaf))
  (alias export $middle "inner" (instance $inner))
  (alias export $inner "count" (func $count))
  (instance $twice (instantiate $Twice (with "count" (func $count))))
  (export "count-a" (func $twice "count"))
  (export "count-b" (func $leaf "count"))
  (export $point' "point-type" (type $inner "point-type"))
  (export "point" (func $inner "point") (func (result $point'))))
