;; A memory does not grow beyond its reservation: that is a result. What is in bounds works alike, bulk operators and
;; values that cross a boundary too.
;; memory-reservation: 131072
;; run: grow(0) -> 1
;; run: grow(1) -> 1
;; run: grow(2) -> -1
;; run: grow(65536) -> -1
;; run: grow-and-store() -> 42
;; run: echo("héllo") -> "héllo"
;; run: fill(65535, 1)
;; trap: fill(65535, 2) -> "out of bounds memory access"
;; trap: fill(0, 65537) -> "out of bounds memory access"
;; trap: store(65533) -> "out of bounds memory access"
;; trap: store(131072) -> "out of bounds memory access"
;; trap: store(4294967292) -> "out of bounds memory access"
;; run: store(65532)

(component
  (core module $M
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "grow-and-store") (result i32)
      (drop (memory.grow (i32.const 1)))
      (i32.store (i32.const 131068) (i32.const 42))
      (i32.load (i32.const 131068)))
    (func (export "fill") (param i32 i32) (memory.fill (local.get 0) (i32.const 1) (local.get 1)))
    (func (export "store") (param i32) (i32.store (local.get 0) (i32.const 1)))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 8) (local.get 0))
      (i32.store (i32.const 12) (local.get 1))
      (i32.const 8)))
  (core instance $m (instantiate $M))
  (func (export "grow") (param "pages" u32) (result s32) (canon lift (core func $m "grow")))
  (func (export "grow-and-store") (result u32) (canon lift (core func $m "grow-and-store")))
  (func (export "fill") (param "at" u32) (param "len" u32) (canon lift (core func $m "fill")))
  (func (export "store") (param "at" u32) (canon lift (core func $m "store")))
  (func (export "echo") (param "s" string) (result string)
    (canon lift (core func $m "echo") (memory (core memory $m "memory")) (realloc (core func $m "realloc")))))
