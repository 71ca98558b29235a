;; While `realloc` runs, the instance may not be left, whoever's call it serves: an argument's, or a result's.
;; trap: argument("text") -> "cannot leave component instance"
;; trap: result() -> "cannot leave component instance"

(component
  (component $Other
    (core module $M
      (memory (export "memory") 1)
      (func (export "nothing"))
      (func (export "text") (result i32)
        (i64.store (i32.const 8) (i64.const 0x0000000100000010))
        (i32.const 8)))
    (core instance $m (instantiate $M))
    (func (export "nothing") (canon lift (core func $m "nothing")))
    (func (export "text") (result string) (canon lift (core func $m "text") (memory (core memory $m "memory")))))
  (component $C
    (import "nothing" (func $nothing))
    (import "text" (func $text (result string)))
    (core func $nothing (canon lower (func $nothing)))
    (core module $Libc
      (import "" "nothing" (func $nothing))
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (call $nothing)
        (i32.const 64)))
    (core instance $libc (instantiate $Libc (with "" (instance (export "nothing" (func $nothing))))))
    (core func $text (canon lower (func $text)
      (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core module $M
      (import "" "text" (func $text (param i32)))
      (func (export "argument") (param i32 i32))
      (func (export "result") (call $text (i32.const 0))))
    (core instance $m (instantiate $M (with "" (instance (export "text" (func $text))))))
    (func (export "argument") (param "s" string)
      (canon lift (core func $m "argument")
        (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (func (export "result") (canon lift (core func $m "result"))))
  (instance $other (instantiate $Other))
  (instance $c (instantiate $C
    (with "nothing" (func $other "nothing"))
    (with "text" (func $other "text"))))
  (func (export "argument") (alias export $c "argument"))
  (func (export "result") (alias export $c "result")))
