;; Each range that `realloc` gives is checked for what it is to hold: the text of a string, the elements of a list, spilled
;; parameters; and the second and third call for a string as the first. Zero is an address like any other, and so is one
;; that was given before.
;; run: text(0) -> 3
;; run: text(65533) -> 3
;; trap: text(65534) -> "realloc return: beyond end of memory"
;; trap: text(4294967295) -> "realloc return: beyond end of memory"
;; run: wide-text(65528) -> 4
;; trap: wide-text(65529) -> "unaligned pointer: realloc return: result not aligned"
;; trap: wide-text(65530) -> "realloc return: beyond end of memory"
;; trap: grown-text(65530) -> "realloc return: beyond end of memory"
;; run: grown-text(65527) -> 5
;; run: words(0) -> 2
;; trap: words(4) -> "unaligned pointer: realloc return: result not aligned"
;; trap: words(65528) -> "list content out-of-bounds: realloc return: beyond end of memory"
;; trap: words(4294967288) -> "list content out-of-bounds: realloc return: beyond end of memory"
;; run: spilled(0) -> 16
;; trap: spilled(2) -> "unaligned pointer: realloc return: result not aligned"
;; trap: spilled(65472) -> "realloc return: beyond end of memory"
;; trap: result(65534) -> "realloc return: beyond end of memory"
;; run: result(0) -> 3

(component
  (component $C
    (core module $M
      (memory (export "memory") 1)
      (data (i32.const 16) "\20\00\00\00\03\00\00\00")
      (data (i32.const 32) "abc")
      (global $at (mut i32) (i32.const 0))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (global.get $at))
      (func (export "set") (param i32) (global.set $at (local.get 0)))
      (func (export "len") (param i32 i32) (result i32) (local.get 1))
      (func (export "last") (param i32) (result i32) (i32.load offset=64 (local.get 0)))
      (func (export "give") (result i32) (i32.const 16)))
    (core instance $m (instantiate $M))
    (func (export "set") (param "at" u32) (canon lift (core func $m "set")))
    (func (export "text") (param "s" string) (result u32)
      (canon lift (core func $m "len") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
    (func (export "wide-text") (param "s" string) (result u32)
      (canon lift (core func $m "len") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))
        string-encoding=utf16))
    (func (export "words") (param "l" (list u64)) (result u32)
      (canon lift (core func $m "len") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
    (func (export "spilled") (param "l" (tuple u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32)) (result u32)
      (canon lift (core func $m "last") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
    (func (export "give") (result string)
      (canon lift (core func $m "give") (memory (core memory $m "memory")))))
  (instance $c (instantiate $C))
  (core module $Memory
    (memory (export "memory") 1)
    (global $at (mut i32) (i32.const 0))
    (func (export "set") (param i32) (global.set $at (local.get 0)))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (global.get $at))
    (data (i32.const 256) "text")
    (data (i32.const 264) "a\00\e9\00b\00")
    (data (i32.const 1088) "\10\00\00\00"))
  (core instance $memory (instantiate $Memory))
  (core func $set (canon lower (func $c "set")))
  (core func $text (canon lower (func $c "text") (memory (core memory $memory "memory"))))
  (core func $wide-text (canon lower (func $c "wide-text") (memory (core memory $memory "memory"))))
  (core func $grown-text (canon lower (func $c "text") (memory (core memory $memory "memory")) string-encoding=utf16))
  (core func $words (canon lower (func $c "words") (memory (core memory $memory "memory"))))
  (core func $spilled (canon lower (func $c "spilled") (memory (core memory $memory "memory"))))
  (core func $give (canon lower (func $c "give") (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core module $Main
    (import "memory" "memory" (memory 1))
    (import "memory" "set" (func $set-own (param i32)))
    (import "" "set" (func $set (param i32)))
    (import "" "text" (func $text (param i32 i32) (result i32)))
    (import "" "wide-text" (func $wide-text (param i32 i32) (result i32)))
    (import "" "grown-text" (func $grown-text (param i32 i32) (result i32)))
    (import "" "words" (func $words (param i32 i32) (result i32)))
    (import "" "spilled" (func $spilled (param i32) (result i32)))
    (import "" "give" (func $give (param i32)))
    (func (export "text") (param i32) (result i32)
      (call $set (local.get 0)) (call $text (i32.const 256) (i32.const 3)))
    (func (export "wide-text") (param i32) (result i32)
      (call $set (local.get 0)) (call $wide-text (i32.const 256) (i32.const 4)))
    ;; Three units, of which one takes two bytes: room for 3 bytes, then for 9, then for 4.
    (func (export "grown-text") (param i32) (result i32)
      (call $set (local.get 0)) (i32.add (call $grown-text (i32.const 264) (i32.const 3)) (i32.const 1)))
    (func (export "words") (param i32) (result i32)
      (call $set (local.get 0)) (call $words (i32.const 256) (i32.const 2)))
    (func (export "spilled") (param i32) (result i32)
      (call $set (local.get 0)) (call $spilled (i32.const 1024)))
    (func (export "result") (param i32) (result i32)
      (call $set-own (local.get 0)) (call $give (i32.const 512)) (i32.load (i32.const 516))))
  (core instance $main (instantiate $Main (with "memory" (instance $memory)) (with "" (instance
    (export "set" (func $set)) (export "text" (func $text)) (export "wide-text" (func $wide-text))
    (export "grown-text" (func $grown-text)) (export "words" (func $words)) (export "spilled" (func $spilled))
    (export "give" (func $give))))))
  (func (export "text") (param "at" u32) (result u32) (canon lift (core func $main "text")))
  (func (export "wide-text") (param "at" u32) (result u32) (canon lift (core func $main "wide-text")))
  (func (export "grown-text") (param "at" u32) (result u32) (canon lift (core func $main "grown-text")))
  (func (export "words") (param "at" u32) (result u32) (canon lift (core func $main "words")))
  (func (export "spilled") (param "at" u32) (result u32) (canon lift (core func $main "spilled")))
  (func (export "result") (param "at" u32) (result u32) (canon lift (core func $main "result"))))
