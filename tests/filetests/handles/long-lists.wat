;; One handle may be lent any number of times in a list, up to the limit of all lends in lists; it is free afterwards.
;; run: lend(16385) -> 16385
;; run: lend(200000) -> 200000
;; run: lend-and-drop(1000) -> 1000
;; trap: lend(1048577) -> "too many handles are lent in lists"

(component
  (component $C
    (type $R' (resource (rep i32)))
    (export $R "r" (type $R'))
    (core func $new (canon resource.new $R'))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (memory (export "memory") 100)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
      (func (export "make") (result i32) (call $new (i32.const 5)))
      (func (export "count") (param i32 i32) (result i32) (local.get 1)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $R)) (canon lift (core func $m "make")))
    (func (export "count") (param "rs" (list (borrow $R))) (result u32)
      (canon lift (core func $m "count") (memory (core memory $m "memory")) (realloc (core func $m "realloc")))))
  (instance $c (instantiate $C))
  (alias export $c "r" (type $R))
  (core module $Libc (memory (export "memory") 100))
  (core instance $libc (instantiate $Libc))
  (core func $make (canon lower (func $c "make")))
  (core func $count (canon lower (func $c "count") (memory (core memory $libc "memory"))))
  (core func $drop (canon resource.drop $R))
  (core module $Main
    (import "libc" "memory" (memory 100))
    (import "" "make" (func $make (result i32)))
    (import "" "count" (func $count (param i32 i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func $lend (export "lend") (param $n i32) (result i32)
      (local $r i32)
      (local $i i32)
      (local.set $r (call $make))
      (loop $each
        (i32.store (i32.shl (local.get $i) (i32.const 2)) (local.get $r))
        (br_if $each (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
      (call $count (i32.const 0) (local.get $n)))
    (func (export "lend-and-drop") (param $n i32) (result i32)
      (local $count i32)
      (local.set $count (call $lend (local.get $n)))
      (call $drop (i32.const 1))
      (local.get $count)))
  (core instance $main (instantiate $Main (with "libc" (instance $libc)) (with "" (instance
    (export "make" (func $make)) (export "count" (func $count)) (export "drop" (func $drop))))))
  (func (export "lend") (param "n" u32) (result u32) (canon lift (core func $main "lend")))
  (func (export "lend-and-drop") (param "n" u32) (result u32) (canon lift (core func $main "lend-and-drop"))))
