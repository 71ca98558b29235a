;; A destructor may leave its instance and may trap; which instance drops makes no difference, except that it must be
;; one that may leave itself. A handle that the destructor makes is a new one.
;; trap: trapping() -> "wasm `unreachable` instruction executed"
;; run: making() -> 2
;; trap: drops-in-realloc() -> "cannot leave component instance"

(component
  (component $C
    (core module $Table (table (export "t") 1 funcref))
    (core instance $table (instantiate $Table))
    (core module $Dtor
      (import "" "t" (table 1 funcref))
      (type $make (func (param i32) (result i32)))
      (func (export "dtor") (param $rep i32)
        (if (i32.eq (local.get $rep) (i32.const 13)) (then unreachable))
        ;; Makes another one.
        (drop (call_indirect (type $make) (i32.const 7) (i32.const 0)))))
    (core instance $dtor (instantiate $Dtor (with "" (instance $table))))
    (type $R' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $R "r" (type $R'))
    (core func $new (canon resource.new $R'))
    (core module $M
      (import "" "t" (table 1 funcref))
      (import "" "new" (func $new (param i32) (result i32)))
      (elem (i32.const 0) func $new)
      (func (export "make") (param i32) (result i32) (call $new (local.get 0))))
    (core instance $m (instantiate $M (with "" (instance
      (export "t" (table $table "t")) (export "new" (func $new))))))
    (func (export "make") (param "rep" u32) (result (own $R)) (canon lift (core func $m "make"))))
  (instance $c (instantiate $C))
  (alias export $c "r" (type $R))
  (core func $make (canon lower (func $c "make")))
  (core func $drop (canon resource.drop $R))
  (core module $Main
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (memory (export "memory") 1)
    (func (export "trapping") (call $drop (call $make (i32.const 13))))
    (func (export "making") (result i32)
      (call $drop (call $make (i32.const 1)))
      (drop (call $make (i32.const 2)))
      (call $make (i32.const 3)))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (call $drop (i32.const 1))
      (i32.const 0))
    (func (export "prepare") (drop (call $make (i32.const 1))))
    (func (export "text") (param i32 i32)))
  (core instance $main (instantiate $Main (with "" (instance
    (export "make" (func $make)) (export "drop" (func $drop))))))
  (func (export "trapping") (canon lift (core func $main "trapping")))
  (func (export "making") (result u32) (canon lift (core func $main "making")))
  (func $prepare (canon lift (core func $main "prepare")))
  (func $text (param "s" string)
    (canon lift (core func $main "text") (memory (core memory $main "memory")) (realloc (core func $main "realloc"))))
  (component $D
    (import "prepare" (func $prepare))
    (import "text" (func $text (param "s" string)))
    (core module $Libc (memory (export "memory") 1))
    (core instance $libc (instantiate $Libc))
    (core func $prepare' (canon lower (func $prepare)))
    (core func $text' (canon lower (func $text) (memory (core memory $libc "memory"))))
    (core module $M
      (import "" "prepare" (func $prepare))
      (import "" "text" (func $text (param i32 i32)))
      (func (export "go") (call $prepare) (call $text (i32.const 0) (i32.const 1))))
    (core instance $m (instantiate $M (with "" (instance
      (export "prepare" (func $prepare')) (export "text" (func $text'))))))
    (func (export "go") (canon lift (core func $m "go"))))
  (instance $d (instantiate $D (with "prepare" (func $prepare)) (with "text" (func $text))))
  (func (export "drops-in-realloc") (alias export $d "go")))
