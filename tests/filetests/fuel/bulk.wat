;; What is moved costs one unit for every 64 bytes, on top of the operators: by bulk operators, and in strings and lists
;; that cross a boundary. Operators cost four units here, and one more in `realloc` for each string of a list.
;; fuel: 100
;; run: fill(6207)
;; trap: fill(6208) -> "all fuel consumed"
;; run: copy(6207)
;; trap: copy(6208) -> "all fuel consumed"
;; run: fill-table(775)
;; trap: fill-table(776) -> "all fuel consumed"
;; run: text(6207)
;; trap: text(6208) -> "all fuel consumed"
;; run: list(6207)
;; trap: list(6208) -> "all fuel consumed"
;; run: texts(86)
;; trap: texts(87) -> "all fuel consumed"

(component
  (component $C
    (core module $M
      (memory (export "memory") 2)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "take") (param i32 i32)))
    (core module $Allocator (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
    (core instance $m (instantiate $M))
    (core instance $allocator (instantiate $Allocator))
    (func (export "text") (param "s" string)
      (canon lift (core func $m "take") (memory (core memory $m "memory")) (realloc (core func $allocator "realloc"))))
    (func (export "texts") (param "s" (list string))
      (canon lift (core func $m "take") (memory (core memory $m "memory")) (realloc (core func $allocator "realloc"))))
    (func (export "list") (param "s" (list u8))
      (canon lift (core func $m "take") (memory (core memory $m "memory")) (realloc (core func $allocator "realloc")))))
  (component $D
    (import "c" (instance $c
      (export "text" (func (param "s" string)))
      (export "texts" (func (param "s" (list string))))
      (export "list" (func (param "s" (list u8))))))
    (core module $Memory (memory (export "memory") 2))
    (core instance $memory (instantiate $Memory))
    (core func $text (canon lower (func $c "text") (memory (core memory $memory "memory"))))
    (core func $texts (canon lower (func $c "texts") (memory (core memory $memory "memory"))))
    (core func $list (canon lower (func $c "list") (memory (core memory $memory "memory"))))
    (core module $Main
      (import "memory" "memory" (memory 2))
      (import "" "text" (func $text (param i32 i32)))
      (import "" "texts" (func $texts (param i32 i32)))
      (import "" "list" (func $list (param i32 i32)))
      (table 1000 funcref)
      (func (export "fill") (param i32) (memory.fill (i32.const 0) (i32.const 0) (local.get 0)))
      (func (export "copy") (param i32) (memory.copy (i32.const 0) (i32.const 9) (local.get 0)))
      (func (export "fill-table") (param i32) (table.fill 0 (i32.const 0) (ref.null func) (local.get 0)))
      (func (export "text") (param i32) (call $text (i32.const 0) (local.get 0)))
      (func (export "texts") (param i32) (call $texts (i32.const 0) (local.get 0)))
      (func (export "list") (param i32) (call $list (i32.const 0) (local.get 0))))
    (core instance $main (instantiate $Main
      (with "memory" (instance $memory))
      (with "" (instance
        (export "text" (func $text)) (export "texts" (func $texts)) (export "list" (func $list))))))
    (func (export "fill") (param "n" u32) (canon lift (core func $main "fill")))
    (func (export "copy") (param "n" u32) (canon lift (core func $main "copy")))
    (func (export "fill-table") (param "n" u32) (canon lift (core func $main "fill-table")))
    (func (export "text") (param "n" u32) (canon lift (core func $main "text")))
    (func (export "texts") (param "n" u32) (canon lift (core func $main "texts")))
    (func (export "list") (param "n" u32) (canon lift (core func $main "list"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (export "fill" (func $d "fill"))
  (export "copy" (func $d "copy"))
  (export "fill-table" (func $d "fill-table"))
  (export "text" (func $d "text"))
  (export "texts" (func $d "texts"))
  (export "list" (func $d "list")))
