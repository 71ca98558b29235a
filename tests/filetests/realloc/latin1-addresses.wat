;; What `realloc` gives for text that is to be Latin-1 or UTF-16 is aligned for UTF-16, and checked each time it is asked.
;; run: from-8(65532) -> 4
;; trap: from-8(65531) -> "unaligned pointer: realloc return: result not aligned"
;; trap: from-8(65534) -> "realloc return: beyond end of memory"
;; run: grown-from-8(65526) -> 2147483651
;; trap: grown-from-8(65528) -> "realloc return: beyond end of memory"
;; run: from-16(65532) -> 4
;; trap: from-16(65529) -> "unaligned pointer: realloc return: result not aligned"
;; trap: from-16(65534) -> "realloc return: beyond end of memory"
;; trap: grown-from-16(65532) -> "realloc return: beyond end of memory"
;; run: from-latin1(65532) -> 4
;; trap: from-latin1(65531) -> "unaligned pointer: realloc return: result not aligned"
;; trap: from-latin1(65534) -> "realloc return: beyond end of memory"
;; run: from-tagged(65528) -> 4
;; trap: from-tagged(65527) -> "unaligned pointer: realloc return: result not aligned"
;; trap: from-tagged(65530) -> "realloc return: beyond end of memory"

(component
  (component $C
    (core module $M
      (memory (export "memory") 1)
      (global $at (mut i32) (i32.const 0))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (global.get $at))
      (func (export "set") (param i32) (global.set $at (local.get 0)))
      (func (export "units") (param i32 i32) (result i32) (local.get 1)))
    (core instance $m (instantiate $M))
    (func (export "set") (param "at" u32) (canon lift (core func $m "set")))
    (func (export "units") (param "s" string) (result u32)
      (canon lift (core func $m "units") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))
        string-encoding=latin1+utf16)))
  (instance $c (instantiate $C))
  (core module $Memory
    (memory (export "memory") 1)
    (data (i32.const 16) "text")
    (data (i32.const 32) "ab\e2\82\ac")
    (data (i32.const 48) "t\00e\00x\00t\00")
    (data (i32.const 64) "a\00b\00\ac\20c\00"))
  (core instance $memory (instantiate $Memory))
  (core func $set (canon lower (func $c "set")))
  (core func $from-8 (canon lower (func $c "units") (memory (core memory $memory "memory"))))
  (core func $from-16 (canon lower (func $c "units") (memory (core memory $memory "memory")) string-encoding=utf16))
  (core func $from-l (canon lower (func $c "units") (memory (core memory $memory "memory")) string-encoding=latin1+utf16))
  (core module $M
    (import "" "set" (func $set (param i32)))
    (import "" "from-8" (func $from-8 (param i32 i32) (result i32)))
    (import "" "from-16" (func $from-16 (param i32 i32) (result i32)))
    (import "" "from-l" (func $from-l (param i32 i32) (result i32)))
    (func (export "from-8") (param i32) (result i32)
      (call $set (local.get 0)) (call $from-8 (i32.const 16) (i32.const 4)))
    (func (export "grown-from-8") (param i32) (result i32)
      (call $set (local.get 0)) (call $from-8 (i32.const 32) (i32.const 5)))
    (func (export "from-16") (param i32) (result i32)
      (call $set (local.get 0)) (call $from-16 (i32.const 48) (i32.const 4)))
    (func (export "grown-from-16") (param i32) (result i32)
      (call $set (local.get 0)) (call $from-16 (i32.const 64) (i32.const 4)))
    (func (export "from-latin1") (param i32) (result i32)
      (call $set (local.get 0)) (call $from-l (i32.const 16) (i32.const 4)))
    (func (export "from-tagged") (param i32) (result i32)
      (call $set (local.get 0)) (call $from-l (i32.const 48) (i32.const 0x80000004))))
  (core instance $m (instantiate $M (with "" (instance
    (export "set" (func $set)) (export "from-8" (func $from-8)) (export "from-16" (func $from-16))
    (export "from-l" (func $from-l))))))
  (func (export "from-8") (param "at" u32) (result u32) (canon lift (core func $m "from-8")))
  (func (export "grown-from-8") (param "at" u32) (result u32) (canon lift (core func $m "grown-from-8")))
  (func (export "from-16") (param "at" u32) (result u32) (canon lift (core func $m "from-16")))
  (func (export "grown-from-16") (param "at" u32) (result u32) (canon lift (core func $m "grown-from-16")))
  (func (export "from-latin1") (param "at" u32) (result u32) (canon lift (core func $m "from-latin1")))
  (func (export "from-tagged") (param "at" u32) (result u32) (canon lift (core func $m "from-tagged"))))
