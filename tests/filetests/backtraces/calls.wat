;; The frames of a trap, innermost first, with the lines of this text: calls that are direct, inlined and through a table.
;; backtrace: direct()
;; | M!inner at calls.wat:36:8
;; | M!outer (inlined) at calls.wat:38:8
;; | M!direct (inlined) at calls.wat:40:8
;; | adapter[host → lift direct]
;; backtrace: inlined()
;; | M!inlined (inlined) at calls.wat:42:8
;; | adapter[host → lift inlined]
;; backtrace: through-table()
;; | M!inner at calls.wat:36:8
;; | M!outer (inlined) at calls.wat:38:8
;; | M!through-table (inlined) at calls.wat:44:8
;; | adapter[host → lift through-table]
;; backtrace: memory()
;; | M!memory (inlined) at calls.wat:46:14
;; | adapter[host → lift memory]

(component
  (core module $M
    (type $f (func (param i32)))
    (memory 1)
    (table 1 funcref)
    (elem (i32.const 0) $outer)
    ;; Too long to be inlined.
    (func $inner (param $n i32)
      (local $i i32)
      (loop $again
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (i32.store8 (local.get $i) (i32.popcnt (i32.mul (local.get $i) (i32.const 7))))
        (i32.store8 offset=1 (local.get $i) (i32.clz (i32.mul (local.get $i) (i32.const 9))))
        (i32.store8 offset=2 (local.get $i) (i32.ctz (i32.mul (local.get $i) (i32.const 11))))
        (i32.store8 offset=3 (local.get $i) (i32.rotl (i32.mul (local.get $i) (i32.const 13)) (local.get $n)))
        (i32.store8 offset=4 (local.get $i) (i32.rotr (i32.mul (local.get $i) (i32.const 15)) (local.get $n)))
        (br_if $again (i32.lt_u (local.get $i) (local.get $n))))
      (drop (i32.div_u (i32.const 1) (i32.sub (local.get $i) (local.get $n)))))
    (func $outer (param $n i32)
      (call $inner (local.get $n)))
    (func (export "direct")
      (call $outer (i32.const 8)))
    (func (export "inlined")
      (unreachable))
    (func (export "through-table")
      (call_indirect (type $f) (i32.const 9) (i32.const 0)))
    (func (export "memory")
      (drop (i32.load (i32.const -5)))))
  (core instance $m (instantiate $M))
  (func (export "direct") (canon lift (core func $m "direct")))
  (func (export "inlined") (canon lift (core func $m "inlined")))
  (func (export "through-table") (canon lift (core func $m "through-table")))
  (func (export "memory") (canon lift (core func $m "memory"))))
