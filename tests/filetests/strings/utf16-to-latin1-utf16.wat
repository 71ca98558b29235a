;; The caller's strings are in utf16, the callee's in latin1+utf16. `sum` adds the length that the callee is given
;; and the bytes that it finds; `echo` brings the string back, so both directions are taken.
;; run: sum(0) -> 537
;; run: sum(1) -> 0
;; run: sum(2) -> 936
;; run: sum(3) -> 2147484635
;; run: sum(4) -> 2147484028
;; run: echo(0) -> "hello"
;; run: echo(1) -> ""
;; run: echo(2) -> "grüßï"
;; run: echo(3) -> "漢字 🦀"
;; run: echo(4) -> "é漢"

(component
  (core module $Libc
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 4096))
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (local $new i32)
      (local.set $new
        (i32.and
          (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
          (i32.sub (i32.const 0) (local.get $align))))
      (global.set $next (i32.add (local.get $new) (local.get $size)))
      (memory.copy
        (local.get $new)
        (local.get $old)
        (select (local.get $old-size) (local.get $size) (i32.lt_u (local.get $old-size) (local.get $size))))
      (local.get $new)))

  (component $C
    (core instance $libc (instantiate $Libc))
    (core module $M
      (import "libc" "memory" (memory 1))
      (func (export "sum") (param i32 i32) (result i32)
        (local $end i32)
        (local $sum i32)
        (local.set $sum (local.get 1))
        (local.set $end (i32.add (local.get 0) (i32.shl (i32.and (local.get 1) (i32.const 0x7fffffff)) (i32.shr_u (local.get 1) (i32.const 31)))))
        (loop $next
          (if (i32.lt_u (local.get 0) (local.get $end))
            (then
              (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get 0))))
              (local.set 0 (i32.add (local.get 0) (i32.const 1)))
              (br $next))))
        (local.get $sum))
      (func (export "echo") (param i32 i32) (result i32)
        (i32.store (i32.const 16) (local.get 0))
        (i32.store (i32.const 20) (local.get 1))
        (i32.const 16)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func (export "sum") (param "s" string) (result u32)
      (canon lift (core func $m "sum") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")) string-encoding=latin1+utf16))
    (func (export "echo") (param "s" string) (result string)
      (canon lift (core func $m "echo") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")) string-encoding=latin1+utf16)))

  (component $D
    (import "c" (instance $c
      (export "sum" (func (param "s" string) (result u32)))
      (export "echo" (func (param "s" string) (result string)))))
    (core instance $libc (instantiate $Libc))
    (core func $sum (canon lower (func $c "sum") (memory (core memory $libc "memory")) string-encoding=utf16))
    (core func $echo (canon lower (func $c "echo") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")) string-encoding=utf16))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "sum" (func $sum (param i32 i32) (result i32)))
      (import "c" "echo" (func $echo (param i32 i32 i32)))
      (data (i32.const 1024) "\68\00\65\00\6c\00\6c\00\6f\00")
      (data (i32.const 1034) "\67\00\72\00\fc\00\df\00\ef\00")
      (data (i32.const 1044) "\22\6f\57\5b\20\00\3e\d8\80\dd")
      (data (i32.const 1054) "\e9\00\22\6f")
      (data (i32.const 512) "\00\04\00\00\05\00\00\00\0a\04\00\00\00\00\00\00\0a\04\00\00\05\00\00\00\14\04\00\00\05\00\00\00\1e\04\00\00\02\00\00\00")
      (func (export "sum") (param i32) (result i32)
        (call $sum
          (i32.load offset=512 (i32.shl (local.get 0) (i32.const 3)))
          (i32.load offset=516 (i32.shl (local.get 0) (i32.const 3)))))
      (func (export "echo") (param i32) (result i32)
        (call $echo
          (i32.load offset=512 (i32.shl (local.get 0) (i32.const 3)))
          (i32.load offset=516 (i32.shl (local.get 0) (i32.const 3)))
          (i32.const 128))
        (i32.const 128)))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "sum" (func $sum))
        (export "echo" (func $echo))))))
    (func (export "sum") (param "which" u32) (result u32) (canon lift (core func $main "sum")))
    (func (export "echo") (param "which" u32) (result string) (canon lift (core func $main "echo") (memory (core memory $libc "memory")) string-encoding=utf16)))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "sum") (alias export $d "sum"))
  (func (export "echo") (alias export $d "echo")))
