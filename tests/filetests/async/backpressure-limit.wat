;; The backpressure counter stays below 2^16.
;; run: inc(65535)
;; trap: inc(65536) -> "backpressure counter out of range"

(component
  (core func $inc (canon backpressure.inc))
  (core module $M
    (import "" "inc" (func $inc))
    (func (export "inc") (param $n i32)
      (loop $again
        (call $inc)
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
  (core instance $m (instantiate $M (with "" (instance (export "inc" (func $inc))))))
  (func (export "inc") (param "n" u32) (canon lift (core func $m "inc"))))
