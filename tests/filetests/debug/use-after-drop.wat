;; In a component that debugs handles, a trap about a handle says where it was created and where it was dropped: the calls
;; of core code that led there, innermost first.
;; debug-handles: true
;; run: alive() -> 70
;; trap: rep-after-drop() -> "unknown handle index 1"
;; trap: rep-after-drop() -> "it was own<r>, created by canon.resource.new[r] in M!make at "
;; trap: rep-after-drop() -> ", called by M!rep-after-drop at "
;; trap: rep-after-drop() -> "and dropped by canon.resource.drop[r] in M!rep-after-drop at "
;; trap: rep-after-drop() -> "used by canon.resource.rep[r] in M!rep-after-drop at "
;; trap: drop-twice() -> "and dropped by canon.resource.drop[r] in M!drop-twice at "
;; trap: never() -> "no handle was ever at this index"
;; trap: far() -> "no handle was ever at this index"
;; trap: null() -> "no handle was ever at this index"
;; trap: reused() -> "own<s> was created by canon.resource.new[s] in M!reused at "
;; trap: reused() -> "own<r> was there before, and dropped by canon.resource.drop[r] in M!reused at "
;; trap: reused() -> "used by canon.resource.rep[r] in M!reused at "
;; trap: deep() -> "created by canon.resource.new[r] in M!make at "

(component
  (type $R (resource (rep i32)))
  (type $S (resource (rep i32)))
  (export "r" (type $R))
  (export "s" (type $S))
  (canon resource.new $R (core func $new))
  (canon resource.drop $R (core func $drop))
  (canon resource.rep $R (core func $rep))
  (canon resource.new $S (core func $new-s))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (import "" "new-s" (func $new-s (param i32) (result i32)))
    (func $make (result i32)
      (call $new (i32.const 70)))
    (func (export "alive") (result i32)
      (call $rep (call $make)))
    (func $rep-after-drop (export "rep-after-drop")
      (local $h i32)
      (local.set $h (call $make))
      (call $drop (local.get $h))
      (drop (call $rep (local.get $h))))
    (func $drop-twice (export "drop-twice")
      (local $h i32)
      (local.set $h (call $make))
      (call $drop (local.get $h))
      (call $drop (local.get $h)))
    (func (export "never")
      (drop (call $rep (i32.const 2))))
    (func (export "far")
      (drop (call $rep (i32.const -1))))
    (func (export "null")
      (drop (call $rep (i32.const 0))))
    (func $reused (export "reused")
      (local $h i32)
      (local.set $h (call $make))
      (call $drop (local.get $h))
      (drop (call $new-s (i32.const 71)))
      (drop (call $rep (local.get $h))))
    ;; More calls than are recorded.
    (func $deep (export "deep") (result i32)
      (call $deeper (i32.const 9)))
    (func $deeper (param i32) (result i32)
      (if (result i32) (local.get 0)
        (then (call $deeper (i32.sub (local.get 0) (i32.const 1))))
        (else (call $make) (call $drop) (call $rep (i32.const 1))))))
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new))
    (export "drop" (func $drop))
    (export "rep" (func $rep))
    (export "new-s" (func $new-s))))))
  (func (export "alive") (result u32) (canon lift (core func $m "alive")))
  (func (export "rep-after-drop") (canon lift (core func $m "rep-after-drop")))
  (func (export "drop-twice") (canon lift (core func $m "drop-twice")))
  (func (export "never") (canon lift (core func $m "never")))
  (func (export "far") (canon lift (core func $m "far")))
  (func (export "null") (canon lift (core func $m "null")))
  (func (export "reused") (canon lift (core func $m "reused")))
  (func (export "deep") (result u32) (canon lift (core func $m "deep"))))
