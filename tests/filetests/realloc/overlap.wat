;; Caller and callee may be one instance with one memory, and `realloc` may give an address inside the text that is being
;; read. A component that does so finds some text there; nobody else is concerned, and nothing traps.
;; run: copied(1000) -> 8
;; run: copied(1004) -> 8
;; run: copied(996) -> 8
;; run: widened(1000) -> 8
;; run: widened(1004) -> 8
;; run: narrowed(1000) -> 4
;; run: narrowed(1002) -> 4
;; run: chars(1004) -> 4

(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 1000) "a\00b\00c\00d\00")
    (data (i32.const 2000) "a\00\00\00b\00\00\00c\00\00\00d\00\00\00")
    (global $at (mut i32) (i32.const 0))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (global.get $at))
    (func (export "set") (param i32) (global.set $at (local.get 0)))
    (func (export "len") (param i32 i32) (result i32) (local.get 1)))
  (core instance $m (instantiate $M))
  (func $text (param "s" string) (result u32)
    (canon lift (core func $m "len") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (func $wide-text (param "s" string) (result u32)
    (canon lift (core func $m "len") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))
      string-encoding=utf16))
  (func $chars (param "l" (list char)) (result u32)
    (canon lift (core func $m "len") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core func $copied (canon lower (func $text) (memory (core memory $m "memory"))))
  (core func $widened (canon lower (func $wide-text) (memory (core memory $m "memory"))))
  (core func $narrowed (canon lower (func $text) (memory (core memory $m "memory")) string-encoding=utf16))
  (core func $chars' (canon lower (func $chars) (memory (core memory $m "memory"))))
  (core module $Main
    (import "m" "set" (func $set (param i32)))
    (import "" "copied" (func $copied (param i32 i32) (result i32)))
    (import "" "widened" (func $widened (param i32 i32) (result i32)))
    (import "" "narrowed" (func $narrowed (param i32 i32) (result i32)))
    (import "" "chars" (func $chars (param i32 i32) (result i32)))
    (func (export "copied") (param i32) (result i32)
      (call $set (local.get 0)) (call $copied (i32.const 1000) (i32.const 8)))
    (func (export "widened") (param i32) (result i32)
      (call $set (local.get 0)) (call $widened (i32.const 1000) (i32.const 8)))
    (func (export "narrowed") (param i32) (result i32)
      (call $set (local.get 0)) (call $narrowed (i32.const 1000) (i32.const 4)))
    (func (export "chars") (param i32) (result i32)
      (call $set (i32.const 2004)) (call $chars (i32.const 2000) (i32.const 4))))
  (core instance $main (instantiate $Main (with "m" (instance $m)) (with "" (instance
    (export "copied" (func $copied)) (export "widened" (func $widened))
    (export "narrowed" (func $narrowed)) (export "chars" (func $chars'))))))
  (func (export "copied") (param "at" u32) (result u32) (canon lift (core func $main "copied")))
  (func (export "widened") (param "at" u32) (result u32) (canon lift (core func $main "widened")))
  (func (export "narrowed") (param "at" u32) (result u32) (canon lift (core func $main "narrowed")))
  (func (export "chars") (param "at" u32) (result u32) (canon lift (core func $main "chars"))))
