;; A discriminant that no case has traps, wherever it comes from; all 32 bits of a flat one count.
;; run: argument(1)
;; trap: argument(2) -> "invalid variant discriminant (2)"
;; trap: argument(4294967295) -> "invalid variant discriminant (4294967295)"
;; run: result(2) -> 2
;; trap: result(3) -> "invalid variant discriminant"
;; trap: result(256) -> "invalid variant discriminant (256)"

(component
  (component $C
    (type $v' (variant (case "a" u32) (case "b")))
    (export $v "v" (type $v'))
    (type $e' (enum "a" "b" "c"))
    (export $e "e" (type $e'))
    (core module $M
      (func (export "take") (param i32 i32)
        (nop))
      (func (export "give") (param i32) (result i32)
        (local.get 0)))
    (core instance $m (instantiate $M))
    (func (export "take") (param "v" $v)
      (canon lift (core func $m "take")))
    (func (export "give") (param "which" u32) (result $e)
      (canon lift (core func $m "give"))))

  (component $D
    (import "c" (instance $c
      (type $v' (variant (case "a" u32) (case "b")))
      (export "v" (type $v (eq $v')))
      (type $e' (enum "a" "b" "c"))
      (export "e" (type $e (eq $e')))
      (export "take" (func (param "v" $v)))
      (export "give" (func (param "which" u32) (result $e)))))
    (core func $take (canon lower (func $c "take")))
    (core func $give (canon lower (func $c "give")))
    (core module $Main
      (import "c" "take" (func $take (param i32 i32)))
      (import "c" "give" (func $give (param i32) (result i32)))
      (func (export "argument") (param i32)
        (call $take (local.get 0) (i32.const 0)))
      (func (export "result") (param i32) (result i32)
        (call $give (local.get 0))))
    (core instance $main (instantiate $Main
      (with "c" (instance
        (export "take" (func $take))
        (export "give" (func $give))))))
    (func (export "argument") (param "which" u32) (canon lift (core func $main "argument")))
    (func (export "result") (param "which" u32) (result u32) (canon lift (core func $main "result"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "argument") (alias export $d "argument"))
  (func (export "result") (alias export $d "result")))
