;; The built-ins of error contexts leave the instance, which `realloc` may not.
;; run: text(0, "") -> 7
;; trap: text(1, "") -> "cannot leave component instance"
;; trap: text(2, "") -> "cannot leave component instance"
;; trap: text(3, "") -> "cannot leave component instance"

(component
  (core module $Memory
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
  (core instance $memory (instantiate $Memory))
  (core func $new (canon error-context.new (memory (core memory $memory "memory"))))
  (core func $drop (canon error-context.drop))
  (core func $message (canon error-context.debug-message
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core module $M
    (import "" "new" (func $new (param i32 i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "message" (func $message (param i32 i32)))
    (global $what (mut i32) (i32.const 0))
    (func (export "set") (param i32) (global.set $what (local.get 0)))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (block $message (block $drop (block $new (block $nothing
        (br_table $nothing $new $drop $message (global.get $what)))
        (return (i32.const 64)))
        (drop (call $new (i32.const 0) (i32.const 0))))
        (call $drop (i32.const 1)))
      (call $message (i32.const 1) (i32.const 0))
      (i32.const 64))
    (func (export "take") (param i32 i32) (result i32) (i32.const 7)))
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new)) (export "drop" (func $drop)) (export "message" (func $message))))))
  (component $Caller
    (import "set" (func $set (param "what" u32)))
    (import "take" (func $take (param "s" string) (result u32)))
    (core module $Memory (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
    (core instance $memory (instantiate $Memory))
    (core func $set (canon lower (func $set)))
    (core func $take (canon lower (func $take) (memory (core memory $memory "memory"))))
    (core module $M
      (import "" "set" (func $set (param i32)))
      (import "" "take" (func $take (param i32 i32) (result i32)))
      (func (export "text") (param i32 i32 i32) (result i32)
        (call $set (local.get 0))
        (call $take (i32.const 0) (i32.const 0))))
    (core instance $m (instantiate $M (with "" (instance (export "set" (func $set)) (export "take" (func $take))))))
    (func (export "text") (param "what" u32) (param "s" string) (result u32)
      (canon lift (core func $m "text") (memory (core memory $memory "memory")) (realloc (core func $memory "realloc")))))
  (func $set (param "what" u32) (canon lift (core func $m "set")))
  (func $take (param "s" string) (result u32)
    (canon lift (core func $m "take") (memory (core memory $memory "memory")) (realloc (core func $m "realloc"))))
  (instance $caller (instantiate $Caller (with "set" (func $set)) (with "take" (func $take))))
  (export "text" (func $caller "text")))
