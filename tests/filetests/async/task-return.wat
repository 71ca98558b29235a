;; A function lifted with `async` returns its result through `task.return`, before it ends: what it does to its memory
;; afterwards does not reach the caller.
;; run: text() -> "text"
;; run: call-text() -> 116
;; run: pairs() -> [(1, "one"), (2, "two")]
;; run: many() -> (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)
;; run: make-and-look() -> 7

(component
  (core module $Libc
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
      (local $new i32)
      (local.set $new
        (i32.and
          (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
          (i32.sub (i32.const 0) (local.get $align))))
      (global.set $next (i32.add (local.get $new) (local.get $size)))
      (local.get $new)))

  (component $C
    (core instance $libc (instantiate $Libc))
    (type $R' (resource (rep i32)))
    (export $R "r" (type $R'))
    (type $pairs (list (tuple u32 string)))
    (type $many (tuple u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32))
    (canon resource.new $R' (core func $new))
    (canon task.return (result string) (memory (core memory $libc "memory")) (core func $return-text))
    (canon task.return (result $pairs) (memory (core memory $libc "memory")) (core func $return-pairs))
    (canon task.return (result $many) (memory (core memory $libc "memory")) (core func $return-many))
    (canon task.return (result (own $R)) (core func $return-handle))
    (core module $M
      (import "libc" "memory" (memory 1))
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "return-text" (func $return-text (param i32 i32)))
      (import "" "return-pairs" (func $return-pairs (param i32 i32)))
      (import "" "return-many" (func $return-many (param i32)))
      (import "" "return-handle" (func $return-handle (param i32)))
      (data (i32.const 16) "textonetwo")
      (func (export "text")
        (call $return-text (i32.const 16) (i32.const 4))
        (i32.store (i32.const 16) (i32.const 0)))
      (func (export "pairs")
        (i32.store (i32.const 64) (i32.const 1))
        (i32.store (i32.const 68) (i32.const 20))
        (i32.store (i32.const 72) (i32.const 3))
        (i32.store (i32.const 76) (i32.const 2))
        (i32.store (i32.const 80) (i32.const 23))
        (i32.store (i32.const 84) (i32.const 3))
        (call $return-pairs (i32.const 64) (i32.const 2))
        (memory.fill (i32.const 16) (i32.const 255) (i32.const 80)))
      (func (export "many")
        (local $i i32)
        (loop $next
          (i32.store (i32.mul (local.get $i) (i32.const 4)) (i32.add (local.get $i) (i32.const 1)))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $next (i32.lt_u (local.get $i) (i32.const 17))))
        (call $return-many (i32.const 0))
        (memory.fill (i32.const 0) (i32.const 255) (i32.const 80)))
      (func (export "make")
        (call $return-handle (call $new (i32.const 7))))
      (func (export "look") (param i32) (result i32)
        (local.get 0)))
    (core instance $m (instantiate $M
      (with "libc" (instance $libc))
      (with "" (instance
        (export "new" (func $new))
        (export "return-text" (func $return-text))
        (export "return-pairs" (func $return-pairs))
        (export "return-many" (func $return-many))
        (export "return-handle" (func $return-handle))))))
    (func (export "text") async (result string)
      (canon lift (core func $m "text") async (memory (core memory $libc "memory"))))
    (func (export "pairs") async (result $pairs)
      (canon lift (core func $m "pairs") async (memory (core memory $libc "memory"))))
    (func (export "many") async (result $many)
      (canon lift (core func $m "many") async (memory (core memory $libc "memory"))))
    (func (export "make") async (result (own $R))
      (canon lift (core func $m "make") async))
    (func (export "look") (param "r" (borrow $R)) (result u32)
      (canon lift (core func $m "look"))))

  (component $D
    (import "c" (instance $c
      (export "r" (type $R (sub resource)))
      (export "text" (func async (result string)))
      (export "make" (func async (result (own $R))))
      (export "look" (func (param "r" (borrow $R)) (result u32)))))
    (core instance $libc (instantiate $Libc))
    (core func $text
      (canon lower (func $c "text") string-encoding=utf16
        (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core func $make (canon lower (func $c "make")))
    (core func $look (canon lower (func $c "look")))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "c" "text" (func $text (param i32)))
      (import "c" "make" (func $make (result i32)))
      (import "c" "look" (func $look (param i32) (result i32)))
      ;; The last code unit of the text.
      (func (export "call-text") (result i32)
        (local $at i32)
        (call $text (i32.const 8))
        (local.set $at (i32.load (i32.const 8)))
        (if (i32.ne (i32.load (i32.const 12)) (i32.const 4)) (then unreachable))
        (i32.load16_u offset=6 (local.get $at)))
      (func (export "make-and-look") (result i32)
        (call $look (call $make))))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc))
      (with "c" (instance
        (export "text" (func $text))
        (export "make" (func $make))
        (export "look" (func $look))))))
    (func (export "call-text") (result u32) (canon lift (core func $main "call-text")))
    (func (export "make-and-look") (result u32) (canon lift (core func $main "make-and-look"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (export "text" (func $c "text"))
  (export "pairs" (func $c "pairs"))
  (export "many" (func $c "many"))
  (export "call-text" (func $d "call-text"))
  (export "make-and-look" (func $d "make-and-look")))
