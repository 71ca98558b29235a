;; A start function is called by the initialisation of its instance, which has no place in the input.
;; backtrace: instantiation
;; | M!inner at start.wat:10:8
;; | M!start at start.wat:12:8
;; | M!init

(component
  (core module $M
    (func $inner
      (unreachable))
    (func $start
      (call $inner))
    (start $start))
  (core instance (instantiate $M)))
