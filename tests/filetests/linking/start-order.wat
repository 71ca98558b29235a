;; Core instances start in the order of their definitions, those of a nested instance when it is instantiated; a module that
;; is instantiated twice starts twice.
;; run: order() -> [0, 1, 2, 2, 3]

(component
  (core module $Log
    (memory (export "memory") 1)
    (global $length (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (i32.store (i32.add (i32.const 16) (i32.mul (global.get $length) (i32.const 4))) (local.get 0))
      (global.set $length (i32.add (global.get $length) (i32.const 1))))
    (func (export "order") (result i32)
      (i32.store (i32.const 0) (i32.const 16))
      (i32.store (i32.const 4) (global.get $length))
      (i32.const 0)))
  (core module $Start
    (import "" "log" (func $log (param i32)))
    (import "" "number" (global $number i32))
    (func $start (call $log (global.get $number)))
    (start $start))
  (core module $Numbers
    (global (export "0") i32 (i32.const 0))
    (global (export "1") i32 (i32.const 1))
    (global (export "2") i32 (i32.const 2))
    (global (export "3") i32 (i32.const 3)))
  (core instance $log (instantiate $Log))
  (core instance $numbers (instantiate $Numbers))
  (func $log (param "n" u32) (canon lift (core func $log "log")))

  (component $Nested
    (import "log" (func $log (param "n" u32)))
    (alias outer 1 $Start (core module $Start))
    (alias outer 1 $Numbers (core module $Numbers))
    (core func $log' (canon lower (func $log)))
    (core instance $numbers (instantiate $Numbers))
    (core instance (instantiate $Start (with "" (instance
      (export "log" (func $log')) (export "number" (global $numbers "2")))))))

  (core instance (instantiate $Start (with "" (instance
    (export "log" (func $log "log")) (export "number" (global $numbers "0"))))))
  (core instance (instantiate $Start (with "" (instance
    (export "log" (func $log "log")) (export "number" (global $numbers "1"))))))
  (instance (instantiate $Nested (with "log" (func $log))))
  (instance (instantiate $Nested (with "log" (func $log))))
  (core instance (instantiate $Start (with "" (instance
    (export "log" (func $log "log")) (export "number" (global $numbers "3"))))))
  (func (export "order") (result (list u32))
    (canon lift (core func $log "order") (memory (core memory $log "memory")))))
