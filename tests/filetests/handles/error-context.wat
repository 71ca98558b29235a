;; Error contexts are in the same table as resources. Passing one makes another handle of it, and leaves the first. The debug
;; message is always discarded.
;; run: message() -> ""
;; run: message-length() -> 0
;; run: passed() -> (1, 1, 2)
;; run: there-and-back() -> 2
;; trap: used-after-drop() -> "unknown handle index 1"
;; trap: passed-after-drop() -> "unknown handle index 1"
;; trap: resource-as-error-context() -> "expected error-context but found guest-defined resource"
;; trap: error-context-as-resource() -> "expected guest-defined resource but found error-context"
;; trap: unaligned() -> "unaligned pointer"
;; trap: out-of-bounds() -> "pointer out of bounds of memory"

(component
  (core module $Libc
    (memory (export "memory") 1)
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (i32.const 1024)))

  (component $C
    (core instance $libc (instantiate $Libc))
    (core func $drop (canon error-context.drop))
    (core func $message
      (canon error-context.debug-message (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core module $M
      (import "" "drop" (func $drop (param i32)))
      (import "" "message" (func $message (param i32 i32)))
      (import "libc" "memory" (memory 1))
      ;; The index here, after its message has been asked for.
      (func (export "take") (param $e i32) (result i32)
        (call $message (local.get $e) (i32.const 8))
        (call $drop (local.get $e))
        (local.get $e))
      (func (export "same") (param $e i32) (result i32) (local.get $e)))
    (core instance $m (instantiate $M
      (with "" (instance (export "drop" (func $drop)) (export "message" (func $message))))
      (with "libc" (instance $libc))))
    (func (export "take") (param "e" error-context) (result u32) (canon lift (core func $m "take")))
    (func (export "same") (param "e" error-context) (result error-context) (canon lift (core func $m "same"))))
  (instance $c (instantiate $C))

  (core instance $libc (instantiate $Libc))
  (type $R (resource (rep i32)))
  (core func $new-resource (canon resource.new $R))
  (core func $drop-resource (canon resource.drop $R))
  (core func $new (canon error-context.new (memory (core memory $libc "memory"))))
  (core func $drop (canon error-context.drop))
  (core func $message (canon error-context.debug-message (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $take (canon lower (func $c "take")))
  (core func $same (canon lower (func $c "same")))
  (core module $M
    (import "libc" "memory" (memory 1))
    (import "" "new-resource" (func $new-resource (param i32) (result i32)))
    (import "" "drop-resource" (func $drop-resource (param i32)))
    (import "" "new" (func $new (param i32 i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "message" (func $message (param i32 i32)))
    (import "" "take" (func $take (param i32) (result i32)))
    (import "" "same" (func $same (param i32) (result i32)))
    (data (i32.const 0) "message")
    ;; Its range is not even looked at.
    (func $make (result i32) (call $new (i32.const -1) (i32.const -1)))
    (func (export "message") (result i32)
      (i64.store (i32.const 16) (i64.const -1))
      (call $message (call $make) (i32.const 16))
      (i32.const 16))
    (func (export "message-length") (result i32)
      (i64.store (i32.const 16) (i64.const -1))
      (call $message (call $new (i32.const 0) (i32.const 7)) (i32.const 16))
      (i32.load (i32.const 20)))
    (func (export "passed") (result i32)
      (local $e i32)
      (local.set $e (call $make))
      (i32.store (i32.const 16) (call $take (local.get $e)))
      (i32.store (i32.const 20) (call $take (local.get $e)))
      (i32.store (i32.const 24) (call $make))
      (i32.const 16))
    (func (export "there-and-back") (result i32) (call $same (call $make)))
    (func (export "used-after-drop")
      (local $e i32)
      (call $drop (local.tee $e (call $make)))
      (call $message (local.get $e) (i32.const 16)))
    (func (export "passed-after-drop")
      (local $e i32)
      (call $drop (local.tee $e (call $make)))
      (drop (call $take (local.get $e))))
    (func (export "resource-as-error-context") (drop (call $take (call $new-resource (i32.const 5)))))
    (func (export "error-context-as-resource") (call $drop-resource (call $make)))
    (func (export "unaligned") (call $message (call $make) (i32.const 18)))
    (func (export "out-of-bounds") (call $message (call $make) (i32.const 65532))))
  (core instance $m (instantiate $M
    (with "libc" (instance $libc))
    (with "" (instance
      (export "new-resource" (func $new-resource))
      (export "drop-resource" (func $drop-resource))
      (export "new" (func $new))
      (export "drop" (func $drop))
      (export "message" (func $message))
      (export "take" (func $take))
      (export "same" (func $same))))))
  (func (export "message") (result string)
    (canon lift (core func $m "message") (memory (core memory $libc "memory"))))
  (func (export "message-length") (result u32) (canon lift (core func $m "message-length")))
  (func (export "passed") (result (tuple u32 u32 u32))
    (canon lift (core func $m "passed") (memory (core memory $libc "memory"))))
  (func (export "there-and-back") (result u32) (canon lift (core func $m "there-and-back")))
  (func (export "used-after-drop") (canon lift (core func $m "used-after-drop")))
  (func (export "passed-after-drop") (canon lift (core func $m "passed-after-drop")))
  (func (export "resource-as-error-context") (canon lift (core func $m "resource-as-error-context")))
  (func (export "error-context-as-resource") (canon lift (core func $m "error-context-as-resource")))
  (func (export "unaligned") (canon lift (core func $m "unaligned")))
  (func (export "out-of-bounds") (canon lift (core func $m "out-of-bounds"))))
