;; Both pointers to a result in memory are checked when the result is there: the one that the callee returns, and the one
;; that the caller gave.
;; run: copy(64, 64) -> 5
;; run: copy(65520, 65520) -> 5
;; trap: copy(68, 64) -> "unaligned pointer"
;; trap: copy(65528, 64) -> "pointer out of bounds of memory"
;; trap: copy(4294967288, 64) -> "pointer out of bounds of memory"
;; trap: copy(64, 68) -> "unaligned pointer"
;; trap: copy(64, 65528) -> "pointer out of bounds of memory"
;; trap: copy(64, 4294967288) -> "pointer out of bounds of memory"
;; trap: from-host(68) -> "unaligned pointer"
;; trap: from-host(65528) -> "pointer out of bounds of memory"
;; run: from-host(64) -> (5, 6)

(component
  (component $C
    (core module $M
      (memory (export "memory") 1)
      (func (export "give") (param $at i32) (result i32)
        (if (i32.le_u (local.get $at) (i32.const 65520))
          (then
            (i64.store (local.get $at) (i64.const 5))
            (i32.store offset=8 (local.get $at) (i32.const 6))))
        (local.get $at)))
    (core instance $m (instantiate $M))
    (func (export "give") (param "at" u32) (result (tuple u64 u32))
      (canon lift (core func $m "give") (memory (core memory $m "memory")))))
  (instance $c (instantiate $C))
  (core module $Libc (memory (export "memory") 1))
  (core instance $libc (instantiate $Libc))
  (core func $give (canon lower (func $c "give") (memory (core memory $libc "memory"))))
  (core module $Main
    (import "libc" "memory" (memory 1))
    (import "" "give" (func $give (param i32 i32)))
    (func (export "copy") (param i32 i32) (result i64)
      (call $give (local.get 0) (local.get 1))
      (i64.load (local.get 1))))
  (core instance $main (instantiate $Main (with "libc" (instance $libc)) (with "" (instance (export "give" (func $give))))))
  (func (export "copy") (param "from" u32) (param "to" u32) (result u64) (canon lift (core func $main "copy")))
  (func (export "from-host") (alias export $c "give")))
