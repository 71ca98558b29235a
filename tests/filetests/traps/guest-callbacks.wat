;; A trap in what an adapter or a built-in calls (`realloc`, `post-return`, a destructor) is reported as that trap, whether
;; the host or another component called.
;; trap: realloc("abc") -> "wasm trap: integer divide by zero"
;; trap: call-realloc() -> "wasm trap: integer divide by zero"
;; trap: post-return() -> "wasm trap: out of bounds memory access"
;; trap: call-post-return() -> "wasm trap: out of bounds memory access"
;; trap: destructor() -> "wasm trap: wasm `unreachable` instruction executed"
;; trap: call-destructor() -> "wasm trap: wasm `unreachable` instruction executed"
;; trap: realloc-leaves("abc") -> "cannot leave component instance"
;; trap: call-realloc-leaves() -> "cannot leave component instance"
;; trap: deep-realloc() -> "wasm trap: call stack exhausted"

(component
  (component $C
    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))
    (core module $Destructor (func (export "dtor") (param i32) unreachable))
    (core instance $destructor (instantiate $Destructor))
    (type $R' (resource (rep i32) (dtor (core func $destructor "dtor"))))
    (export $R "r" (type $R'))
    (canon resource.new $R' (core func $new))
    (canon resource.drop $R' (core func $drop))
    (core module $M
      (import "memory" "memory" (memory 1))
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "divides") (param i32 i32 i32 i32) (result i32)
        (i32.div_u (i32.const 1) (local.get 0)))
      (func (export "leaves") (param i32 i32 i32 i32) (result i32)
        (call $new (i32.const 1)))
      (func $recurses (export "recurses") (param i32 i32 i32 i32) (result i32)
        (i32.add
          (i32.const 1)
          (call $recurses (local.get 0) (local.get 1) (local.get 2) (local.get 3))))
      (func (export "take") (param i32 i32))
      (func (export "give") (result i32) (i32.const 1))
      (func (export "loads") (param i32) (drop (i32.load (i32.const 0xfffffff0))))
      (func (export "make") (result i32) (call $new (i32.const 1)))
      (func (export "make-and-drop") (call $drop (call $new (i32.const 1)))))
    (core instance $m (instantiate $M
      (with "memory" (instance $memory))
      (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
    (func (export "realloc") (param "s" string)
      (canon lift (core func $m "take") (memory (core memory $memory "memory")) (realloc (core func $m "divides"))))
    (func (export "realloc-leaves") (param "s" string)
      (canon lift (core func $m "take") (memory (core memory $memory "memory")) (realloc (core func $m "leaves"))))
    (func (export "realloc-recurses") (param "s" string)
      (canon lift (core func $m "take") (memory (core memory $memory "memory")) (realloc (core func $m "recurses"))))
    (func (export "post-return") (result u32)
      (canon lift (core func $m "give") (post-return (core func $m "loads"))))
    (func (export "make") (result (own $R)) (canon lift (core func $m "make")))
    (func (export "destructor") (canon lift (core func $m "make-and-drop"))))

  (component $D
    (import "c" (instance $c
      (export "r" (type $R (sub resource)))
      (export "realloc" (func (param "s" string)))
      (export "realloc-leaves" (func (param "s" string)))
      (export "realloc-recurses" (func (param "s" string)))
      (export "post-return" (func (result u32)))
      (export "make" (func (result (own $R))))))
    (alias export $c "r" (type $R))
    (core module $Memory (memory (export "memory") 1) (data (i32.const 0) "abc"))
    (core instance $memory (instantiate $Memory))
    (canon resource.drop $R (core func $drop))
    (core func $realloc (canon lower (func $c "realloc") (memory (core memory $memory "memory"))))
    (core func $leaves (canon lower (func $c "realloc-leaves") (memory (core memory $memory "memory"))))
    (core func $recurses (canon lower (func $c "realloc-recurses") (memory (core memory $memory "memory"))))
    (core func $post-return (canon lower (func $c "post-return")))
    (core func $make (canon lower (func $c "make")))
    (core module $M
      (import "" "drop" (func $drop (param i32)))
      (import "" "realloc" (func $realloc (param i32 i32)))
      (import "" "leaves" (func $leaves (param i32 i32)))
      (import "" "recurses" (func $recurses (param i32 i32)))
      (import "" "post-return" (func $post-return (result i32)))
      (import "" "make" (func $make (result i32)))
      (func (export "call-realloc") (call $realloc (i32.const 0) (i32.const 3)))
      (func (export "call-leaves") (call $leaves (i32.const 0) (i32.const 3)))
      (func (export "call-recurses") (call $recurses (i32.const 0) (i32.const 3)))
      (func (export "call-post-return") (drop (call $post-return)))
      (func (export "call-destructor") (call $drop (call $make))))
    (core instance $m (instantiate $M (with "" (instance
      (export "drop" (func $drop))
      (export "realloc" (func $realloc))
      (export "leaves" (func $leaves))
      (export "recurses" (func $recurses))
      (export "post-return" (func $post-return))
      (export "make" (func $make))))))
    (func (export "call-realloc") (canon lift (core func $m "call-realloc")))
    (func (export "call-realloc-leaves") (canon lift (core func $m "call-leaves")))
    (func (export "deep-realloc") (canon lift (core func $m "call-recurses")))
    (func (export "call-post-return") (canon lift (core func $m "call-post-return")))
    (func (export "call-destructor") (canon lift (core func $m "call-destructor"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (export "realloc" (func $c "realloc"))
  (export "realloc-leaves" (func $c "realloc-leaves"))
  (export "post-return" (func $c "post-return"))
  (export "destructor" (func $c "destructor"))
  (export "call-realloc" (func $d "call-realloc"))
  (export "call-realloc-leaves" (func $d "call-realloc-leaves"))
  (export "deep-realloc" (func $d "deep-realloc"))
  (export "call-post-return" (func $d "call-post-return"))
  (export "call-destructor" (func $d "call-destructor")))
