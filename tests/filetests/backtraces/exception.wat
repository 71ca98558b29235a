;; An exception that nobody catches traps where it is thrown.
;; backtrace: f()
;; | M!throw (inlined) at exception.wat:11:8
;; | M!f (inlined) at exception.wat:13:8
;; | adapter[host → lift f]

(component
  (core module $M
    (tag $t)
    (func $throw
      (throw $t))
    (func (export "f")
      (call $throw)))
  (core instance $m (instantiate $M))
  (func (export "f") (canon lift (core func $m "f"))))
