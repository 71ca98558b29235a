;; A start function may call what its instance lowers; when that traps, so does the instantiation.
;; instantiation-trap: "unknown handle index 5"

(component
  (type $R (resource (rep i32)))
  (core func $drop (canon resource.drop $R))
  (core module $M
    (import "" "drop" (func $drop (param i32)))
    (func $start (call $drop (i32.const 5)))
    (start $start))
  (core instance (instantiate $M (with "" (instance (export "drop" (func $drop)))))))
