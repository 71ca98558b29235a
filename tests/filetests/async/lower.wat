;; A call through an asynchronous lower of a function that returns at once gives the state RETURNED (2). More than four
;; flat parameters, and any result, go through memory.
;; run: nothing() -> 2
;; run: four() -> (2, 10)
;; run: five() -> (2, 15)
;; trap: unaligned() -> "unaligned pointer"
;; trap: out-of-bounds() -> "pointer out of bounds"

(component
  (component $C
    (canon task.return (result u32) (core func $return))
    (core module $M
      (import "" "return" (func $return (param i32)))
      (func (export "nothing"))
      (func (export "four") (param i32 i32 i32 i32) (result i32)
        (i32.add (i32.add (local.get 0) (local.get 1)) (i32.add (local.get 2) (local.get 3))))
      (func (export "five") (param i32 i32 i32 i32 i32)
        (call $return
          (i32.add (local.get 4)
            (i32.add (i32.add (local.get 0) (local.get 1)) (i32.add (local.get 2) (local.get 3)))))))
    (core instance $m (instantiate $M (with "" (instance (export "return" (func $return))))))
    (func (export "nothing") async (canon lift (core func $m "nothing")))
    (func (export "four") async (param "a" u32) (param "b" u32) (param "c" u32) (param "d" u32) (result u32)
      (canon lift (core func $m "four")))
    (func (export "five") async (param "a" u32) (param "b" u32) (param "c" u32) (param "d" u32) (param "e" u32)
      (result u32)
      (canon lift (core func $m "five") async)))

  (component $D
    (import "c" (instance $c
      (export "nothing" (func async))
      (export "four" (func async (param "a" u32) (param "b" u32) (param "c" u32) (param "d" u32) (result u32)))
      (export "five"
        (func async (param "a" u32) (param "b" u32) (param "c" u32) (param "d" u32) (param "e" u32) (result u32)))))
    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))
    (core func $nothing (canon lower (func $c "nothing") async))
    (core func $four (canon lower (func $c "four") async (memory (core memory $memory "memory"))))
    (core func $five (canon lower (func $c "five") async (memory (core memory $memory "memory"))))
    (core module $Main
      (import "memory" "memory" (memory 1))
      (import "c" "nothing" (func $nothing (result i32)))
      (import "c" "four" (func $four (param i32 i32 i32 i32 i32) (result i32)))
      (import "c" "five" (func $five (param i32 i32) (result i32)))
      (func (export "nothing") (result i32) (call $nothing))
      (func (export "four") (result i32)
        (i32.store (i32.const 0)
          (call $four (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 4)))
        (i32.const 0))
      (func $call-five (param $params i32) (param $result i32) (result i32)
        (i32.store (i32.const 32) (i32.const 1))
        (i32.store (i32.const 36) (i32.const 2))
        (i32.store (i32.const 40) (i32.const 3))
        (i32.store (i32.const 44) (i32.const 4))
        (i32.store (i32.const 48) (i32.const 5))
        (i32.store (i32.const 0) (call $five (local.get $params) (local.get $result)))
        (i32.const 0))
      (func (export "five") (result i32) (call $call-five (i32.const 32) (i32.const 4)))
      (func (export "unaligned") (drop (call $call-five (i32.const 32) (i32.const 6))))
      (func (export "out-of-bounds") (drop (call $call-five (i32.const 65520) (i32.const 4)))))
    (core instance $main (instantiate $Main
      (with "memory" (instance $memory))
      (with "c" (instance
        (export "nothing" (func $nothing))
        (export "four" (func $four))
        (export "five" (func $five))))))
    (func (export "nothing") (result u32) (canon lift (core func $main "nothing")))
    (func (export "four") (result (tuple u32 u32))
      (canon lift (core func $main "four") (memory (core memory $memory "memory"))))
    (func (export "five") (result (tuple u32 u32))
      (canon lift (core func $main "five") (memory (core memory $memory "memory"))))
    (func (export "unaligned") (canon lift (core func $main "unaligned")))
    (func (export "out-of-bounds") (canon lift (core func $main "out-of-bounds"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (export "nothing" (func $d "nothing"))
  (export "four" (func $d "four"))
  (export "five" (func $d "five"))
  (export "unaligned" (func $d "unaligned"))
  (export "out-of-bounds" (func $d "out-of-bounds")))
