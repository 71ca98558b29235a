;; An operator costs one unit, one that only structures code none. A block is paid for before it runs.
;; fuel: 100
;; run: empty()
;; run: add(1, 2) -> 3
;; run: count(19) -> 0
;; trap: count(20) -> "all fuel consumed"
;; trap: forever() -> "all fuel consumed"
;; trap: tail() -> "all fuel consumed"
;; trap: here() -> "all fuel consumed"

(component
  (core module $M
    (memory 1)
    (func (export "empty"))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    ;; Five operators each time round, and one at the end.
    (func (export "count") (param $n i32) (result i32)
      (loop $again (br_if $again (local.tee $n (i32.add (i32.const -1) (local.get $n)))))
      (nop)
      (local.get $n))
    (func (export "forever") (loop (br 0)))
    (func $tail (export "tail") (return_call $there))
    (func $there (return_call $tail))
    (func $here (export "here") (call $here)))
  (core instance $m (instantiate $M))
  (func (export "empty") (canon lift (core func $m "empty")))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add")))
  (func (export "count") (param "n" u32) (result u32) (canon lift (core func $m "count")))
  (func (export "forever") (canon lift (core func $m "forever")))
  (func (export "tail") (canon lift (core func $m "tail")))
  (func (export "here") (canon lift (core func $m "here"))))
