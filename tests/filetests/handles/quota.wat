;; A table that is full traps, and dropping makes room again.
;; handle-quota: 100
;; run: fill(100) -> 100
;; trap: fill(101) -> "handle table is full"
;; run: churn(100000) -> 1

(component
  (type $R (resource (rep i32)))
  (canon resource.new $R (core func $new))
  (canon resource.drop $R (core func $drop))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "fill") (param $n i32) (result i32)
      (local $last i32)
      (loop $more
        (if (local.get $n)
          (then
            (local.set $last (call $new (local.get $n)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br $more))))
      (local.get $last))
    (func (export "churn") (param $n i32) (result i32)
      (local $last i32)
      (loop $more
        (if (local.get $n)
          (then
            (local.set $last (call $new (local.get $n)))
            (call $drop (local.get $last))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br $more))))
      (local.get $last)))
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new))
    (export "drop" (func $drop))))))
  (func (export "fill") (param "n" u32) (result u32) (canon lift (core func $m "fill")))
  (func (export "churn") (param "n" u32) (result u32) (canon lift (core func $m "churn"))))
