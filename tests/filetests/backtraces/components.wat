;; Frames of guests on both sides of an adapter, of what it calls in them, and of built-ins. One trap lies in `realloc`, one
;; in a destructor, one in a built-in and one in the adapter itself.
;; backtrace: in-callee()
;; | Guest!take (inlined) at components.wat:39:10
;; | adapter[lower take → lift take] (inlined)
;; | Main!in-callee (inlined) at components.wat:66:8
;; | adapter[host → lift in-callee]
;; backtrace: in-realloc()
;; | Guest!alloc (inlined) at components.wat:34:10
;; | Guest!realloc (inlined) at components.wat:36:10
;; | adapter[lower take → lift take] (inlined)
;; | Main!in-realloc (inlined) at components.wat:68:8
;; | adapter[host → lift in-realloc]
;; backtrace: in-destructor()
;; | Dtor!dtor (inlined) at components.wat:44:10
;; | canon.resource.drop[r] (inlined)
;; | Main!in-destructor (inlined) at components.wat:70:8
;; | adapter[host → lift in-destructor]
;; backtrace: in-built-in()
;; | canon.resource.drop[r] (inlined)
;; | Main!in-built-in (inlined) at components.wat:72:8
;; | adapter[host → lift in-built-in]
;; backtrace: in-adapter()
;; | adapter[lower take → lift take] (inlined)
;; | Main!in-adapter (inlined) at components.wat:74:8
;; | adapter[host → lift in-adapter]

(component
  (component $C
    (core module $Guest
      (import "" "new" (func $new (param i32) (result i32)))
      (memory (export "memory") 1)
      (func $alloc (param i32)
        (if (i32.eq (local.get 0) (i32.const 3)) (then (unreachable))))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (call $alloc (local.get 3))
        (i32.const 256))
      (func (export "take") (param i32 i32)
        (if (i32.eq (local.get 1) (i32.const 2)) (then (unreachable))))
      (func (export "make") (result i32)
        (call $new (i32.const 7))))
    (core module $Dtor
      (func (export "dtor") (param i32)
        (unreachable)))
    (core instance $dtor (instantiate $Dtor))
    (type $R' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $R "r" (type $R'))
    (core func $new (canon resource.new $R'))
    (core instance $guest (instantiate $Guest (with "" (instance (export "new" (func $new))))))
    (func (export "take") (param "s" string)
      (canon lift (core func $guest "take") (memory (core memory $guest "memory"))
        (realloc (core func $guest "realloc"))))
    (func (export "make") (result (own $R)) (canon lift (core func $guest "make"))))
  (instance $c (instantiate $C))
  (alias export $c "r" (type $R))
  (core module $Libc (memory (export "memory") 1))
  (core instance $libc (instantiate $Libc))
  (core func $take (canon lower (func $c "take") (memory (core memory $libc "memory"))))
  (core func $make (canon lower (func $c "make")))
  (core func $drop (canon resource.drop $R))
  (core module $Main
    (import "" "take" (func $take (param i32 i32)))
    (import "" "make" (func $make (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "in-callee")
      (call $take (i32.const 0) (i32.const 2)))
    (func (export "in-realloc")
      (call $take (i32.const 0) (i32.const 3)))
    (func (export "in-destructor")
      (call $drop (call $make)))
    (func (export "in-built-in")
      (call $drop (i32.const 5)))
    (func (export "in-adapter")
      (call $take (i32.const -1) (i32.const 2))))
  (core instance $main (instantiate $Main (with "" (instance
    (export "take" (func $take)) (export "make" (func $make)) (export "drop" (func $drop))))))
  (func (export "in-callee") (canon lift (core func $main "in-callee")))
  (func (export "in-realloc") (canon lift (core func $main "in-realloc")))
  (func (export "in-destructor") (canon lift (core func $main "in-destructor")))
  (func (export "in-built-in") (canon lift (core func $main "in-built-in")))
  (func (export "in-adapter") (canon lift (core func $main "in-adapter"))))
