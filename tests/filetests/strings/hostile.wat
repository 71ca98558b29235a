;; Every fault of a string traps with its message, from each encoding into each: overlong forms, surrogates, numbers
;; beyond Unicode, stray and missing continuation bytes, lone surrogates, lengths above the maximum and beyond memory.
;; trap: from-8-to-8(1024, 2) -> "invalid utf-8 in string"
;; trap: from-8-to-8(1032, 3) -> "invalid utf-8 in string"
;; trap: from-8-to-8(1040, 4) -> "invalid utf-8 in string"
;; trap: from-8-to-8(1048, 1) -> "invalid utf-8 in string"
;; trap: from-8-to-8(1056, 2) -> "incomplete utf-8 byte sequence in string"
;; trap: from-8-to-8(1056, 1) -> "incomplete utf-8 byte sequence in string"
;; run: from-8-to-8(1056, 3)
;; trap: from-8-to-8(0, 4294967295) -> "string content out-of-bounds: string is longer than the maximum byte length (4294967295)"
;; trap: from-8-to-8(0, 268435456) -> "string content out-of-bounds: string is longer than the maximum byte length (268435456)"
;; trap: from-8-to-8(0, 268435455) -> "string content out-of-bounds: string pointer/length out of bounds of memory"
;; trap: from-16-to-8(1064, 1) -> "invalid utf-16: unpaired surrogate in string"
;; trap: from-16-to-8(1066, 1) -> "invalid utf-16: unpaired surrogate in string"
;; trap: from-16-to-8(1066, 2) -> "invalid utf-16: unpaired surrogate in string"
;; run: from-16-to-8(1064, 2)
;; trap: from-16-to-8(1065, 1) -> "unaligned pointer"
;; trap: from-16-to-8(0, 134217728) -> "string is longer than the maximum byte length (268435456)"
;; trap: from-16-to-8(0, 4294967295) -> "string is longer than the maximum byte length (8589934590)"
;; trap: from-16-to-8(65534, 2) -> "string content out-of-bounds: string pointer/length out of bounds of memory"
;; trap: from-l-to-8(1064, 2147483649) -> "invalid utf-16: unpaired surrogate in string"
;; run: from-l-to-8(1064, 2147483650)
;; run: from-l-to-8(1024, 32)
;; trap: from-l-to-8(1025, 0) -> "unaligned pointer"
;; trap: from-l-to-8(0, 4294967295) -> "string is longer than the maximum byte length (4294967294)"
;; trap: from-l-to-8(0, 2147483647) -> "string is longer than the maximum byte length (2147483647)"
;; trap: from-l-to-8(65534, 2147483650) -> "string content out-of-bounds: string pointer/length out of bounds of memory"
;; trap: from-8-to-16(1024, 2) -> "invalid utf-8 in string"
;; trap: from-8-to-16(1032, 3) -> "invalid utf-8 in string"
;; trap: from-8-to-16(1040, 4) -> "invalid utf-8 in string"
;; trap: from-8-to-16(1048, 1) -> "invalid utf-8 in string"
;; trap: from-8-to-16(1056, 2) -> "incomplete utf-8 byte sequence in string"
;; trap: from-8-to-16(1056, 1) -> "incomplete utf-8 byte sequence in string"
;; run: from-8-to-16(1056, 3)
;; trap: from-8-to-16(0, 4294967295) -> "string content out-of-bounds: string is longer than the maximum byte length (4294967295)"
;; trap: from-8-to-16(0, 268435456) -> "string content out-of-bounds: string is longer than the maximum byte length (268435456)"
;; trap: from-8-to-16(0, 268435455) -> "string content out-of-bounds: string pointer/length out of bounds of memory"
;; trap: from-16-to-16(1064, 1) -> "invalid utf-16: unpaired surrogate in string"
;; trap: from-16-to-16(1066, 1) -> "invalid utf-16: unpaired surrogate in string"
;; trap: from-16-to-16(1066, 2) -> "invalid utf-16: unpaired surrogate in string"
;; run: from-16-to-16(1064, 2)
;; trap: from-16-to-16(1065, 1) -> "unaligned pointer"
;; trap: from-16-to-16(0, 134217728) -> "string is longer than the maximum byte length (268435456)"
;; trap: from-16-to-16(0, 4294967295) -> "string is longer than the maximum byte length (8589934590)"
;; trap: from-16-to-16(65534, 2) -> "string content out-of-bounds: string pointer/length out of bounds of memory"
;; trap: from-l-to-16(1064, 2147483649) -> "invalid utf-16: unpaired surrogate in string"
;; run: from-l-to-16(1064, 2147483650)
;; run: from-l-to-16(1024, 32)
;; trap: from-l-to-16(1025, 0) -> "unaligned pointer"
;; trap: from-l-to-16(0, 4294967295) -> "string is longer than the maximum byte length (4294967294)"
;; trap: from-l-to-16(0, 2147483647) -> "string is longer than the maximum byte length (2147483647)"
;; trap: from-l-to-16(65534, 2147483650) -> "string content out-of-bounds: string pointer/length out of bounds of memory"
;; trap: from-8-to-l(1024, 2) -> "invalid utf-8 in string"
;; trap: from-8-to-l(1032, 3) -> "invalid utf-8 in string"
;; trap: from-8-to-l(1040, 4) -> "invalid utf-8 in string"
;; trap: from-8-to-l(1048, 1) -> "invalid utf-8 in string"
;; trap: from-8-to-l(1056, 2) -> "incomplete utf-8 byte sequence in string"
;; trap: from-8-to-l(1056, 1) -> "incomplete utf-8 byte sequence in string"
;; run: from-8-to-l(1056, 3)
;; trap: from-8-to-l(0, 4294967295) -> "string content out-of-bounds: string is longer than the maximum byte length (4294967295)"
;; trap: from-8-to-l(0, 268435456) -> "string content out-of-bounds: string is longer than the maximum byte length (268435456)"
;; trap: from-8-to-l(0, 268435455) -> "string content out-of-bounds: string pointer/length out of bounds of memory"
;; trap: from-16-to-l(1064, 1) -> "invalid utf-16: unpaired surrogate in string"
;; trap: from-16-to-l(1066, 1) -> "invalid utf-16: unpaired surrogate in string"
;; trap: from-16-to-l(1066, 2) -> "invalid utf-16: unpaired surrogate in string"
;; run: from-16-to-l(1064, 2)
;; trap: from-16-to-l(1065, 1) -> "unaligned pointer"
;; trap: from-16-to-l(0, 134217728) -> "string is longer than the maximum byte length (268435456)"
;; trap: from-16-to-l(0, 4294967295) -> "string is longer than the maximum byte length (8589934590)"
;; trap: from-16-to-l(65534, 2) -> "string content out-of-bounds: string pointer/length out of bounds of memory"
;; trap: from-l-to-l(1064, 2147483649) -> "invalid utf-16: unpaired surrogate in string"
;; run: from-l-to-l(1064, 2147483650)
;; run: from-l-to-l(1024, 32)
;; trap: from-l-to-l(1025, 0) -> "unaligned pointer"
;; trap: from-l-to-l(0, 4294967295) -> "string is longer than the maximum byte length (4294967294)"
;; trap: from-l-to-l(0, 2147483647) -> "string is longer than the maximum byte length (2147483647)"
;; trap: from-l-to-l(65534, 2147483650) -> "string content out-of-bounds: string pointer/length out of bounds of memory"

(component
  (core module $Libc
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
      (local $new i32)
      (local.set $new (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.set $next (i32.add (local.get $new) (local.get $size)))
      (local.get $new)))
  (component $C
    (core instance $libc (instantiate $Libc))
    (core module $M (func (export "take") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (export "to-8") (param "s" string)
      (canon lift (core func $m "take") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))
        string-encoding=utf8))
    (func (export "to-16") (param "s" string)
      (canon lift (core func $m "take") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))
        string-encoding=utf16))
    (func (export "to-l") (param "s" string)
      (canon lift (core func $m "take") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))
        string-encoding=latin1+utf16)))
  (instance $c (instantiate $C))
  (core module $Text
    (memory (export "memory") 1)
    (data (i32.const 1024) "\c0\af")
    (data (i32.const 1032) "\ed\a0\80")
    (data (i32.const 1040) "\f4\90\80\80")
    (data (i32.const 1048) "\80")
    (data (i32.const 1056) "\e2\82\ac")
    (data (i32.const 1064) "\3e\d8\80\dd\3e\d8"))
  (core instance $text (instantiate $Text))
  (core func $from-8-to-8 (canon lower (func $c "to-8") (memory (core memory $text "memory")) string-encoding=utf8))
  (core func $from-8-to-16 (canon lower (func $c "to-16") (memory (core memory $text "memory")) string-encoding=utf8))
  (core func $from-8-to-l (canon lower (func $c "to-l") (memory (core memory $text "memory")) string-encoding=utf8))
  (core func $from-16-to-8 (canon lower (func $c "to-8") (memory (core memory $text "memory")) string-encoding=utf16))
  (core func $from-16-to-16 (canon lower (func $c "to-16") (memory (core memory $text "memory")) string-encoding=utf16))
  (core func $from-16-to-l (canon lower (func $c "to-l") (memory (core memory $text "memory")) string-encoding=utf16))
  (core func $from-l-to-8 (canon lower (func $c "to-8") (memory (core memory $text "memory")) string-encoding=latin1+utf16))
  (core func $from-l-to-16 (canon lower (func $c "to-16") (memory (core memory $text "memory")) string-encoding=latin1+utf16))
  (core func $from-l-to-l (canon lower (func $c "to-l") (memory (core memory $text "memory")) string-encoding=latin1+utf16))
  (core module $Main
    (import "" "from-8-to-8" (func $from-8-to-8 (param i32 i32)))
    (import "" "from-8-to-16" (func $from-8-to-16 (param i32 i32)))
    (import "" "from-8-to-l" (func $from-8-to-l (param i32 i32)))
    (import "" "from-16-to-8" (func $from-16-to-8 (param i32 i32)))
    (import "" "from-16-to-16" (func $from-16-to-16 (param i32 i32)))
    (import "" "from-16-to-l" (func $from-16-to-l (param i32 i32)))
    (import "" "from-l-to-8" (func $from-l-to-8 (param i32 i32)))
    (import "" "from-l-to-16" (func $from-l-to-16 (param i32 i32)))
    (import "" "from-l-to-l" (func $from-l-to-l (param i32 i32)))
    (func (export "from-8-to-8") (param i32 i32) (call $from-8-to-8 (local.get 0) (local.get 1)))
    (func (export "from-8-to-16") (param i32 i32) (call $from-8-to-16 (local.get 0) (local.get 1)))
    (func (export "from-8-to-l") (param i32 i32) (call $from-8-to-l (local.get 0) (local.get 1)))
    (func (export "from-16-to-8") (param i32 i32) (call $from-16-to-8 (local.get 0) (local.get 1)))
    (func (export "from-16-to-16") (param i32 i32) (call $from-16-to-16 (local.get 0) (local.get 1)))
    (func (export "from-16-to-l") (param i32 i32) (call $from-16-to-l (local.get 0) (local.get 1)))
    (func (export "from-l-to-8") (param i32 i32) (call $from-l-to-8 (local.get 0) (local.get 1)))
    (func (export "from-l-to-16") (param i32 i32) (call $from-l-to-16 (local.get 0) (local.get 1)))
    (func (export "from-l-to-l") (param i32 i32) (call $from-l-to-l (local.get 0) (local.get 1))))
  (core instance $main (instantiate $Main (with "" (instance
    (export "from-8-to-8" (func $from-8-to-8))
    (export "from-8-to-16" (func $from-8-to-16))
    (export "from-8-to-l" (func $from-8-to-l))
    (export "from-16-to-8" (func $from-16-to-8))
    (export "from-16-to-16" (func $from-16-to-16))
    (export "from-16-to-l" (func $from-16-to-l))
    (export "from-l-to-8" (func $from-l-to-8))
    (export "from-l-to-16" (func $from-l-to-16))
    (export "from-l-to-l" (func $from-l-to-l))))))
  (func (export "from-8-to-8") (param "at" u32) (param "len" u32) (canon lift (core func $main "from-8-to-8")))
  (func (export "from-8-to-16") (param "at" u32) (param "len" u32) (canon lift (core func $main "from-8-to-16")))
  (func (export "from-8-to-l") (param "at" u32) (param "len" u32) (canon lift (core func $main "from-8-to-l")))
  (func (export "from-16-to-8") (param "at" u32) (param "len" u32) (canon lift (core func $main "from-16-to-8")))
  (func (export "from-16-to-16") (param "at" u32) (param "len" u32) (canon lift (core func $main "from-16-to-16")))
  (func (export "from-16-to-l") (param "at" u32) (param "len" u32) (canon lift (core func $main "from-16-to-l")))
  (func (export "from-l-to-8") (param "at" u32) (param "len" u32) (canon lift (core func $main "from-l-to-8")))
  (func (export "from-l-to-16") (param "at" u32) (param "len" u32) (canon lift (core func $main "from-l-to-16")))
  (func (export "from-l-to-l") (param "at" u32) (param "len" u32) (canon lift (core func $main "from-l-to-l"))))
