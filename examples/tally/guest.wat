;; A guest of the world `tally`. A counter is a word in its memory; the word's address is the representation.
(component
  (import "demo:tally/journal" (instance $journal
    (type $level' (enum "note" "warning"))
    (export "level" (type $level (eq $level')))
    (export "write" (func (param "level" $level) (param "line" string)))))

  (core module $Memory
    (memory (export "memory") 1)
    (global $free (mut i32) (i32.const 1024))
    ;; Memory is handed out in order and never reused, to keep the example short.
    (func (export "allocate") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (local $at i32)
      (local.set $at (global.get $free))
      (global.set $free (i32.and (i32.add (i32.add (local.get $at) (local.get $size)) (i32.const 7)) (i32.const -8)))
      (local.get $at)))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "memory" (core memory $bytes))
  (alias core export $memory "allocate" (core func $allocate))

  (type $counter (resource (rep i32)))
  (core func $new (canon resource.new $counter))
  (core func $write (canon lower (func $journal "write") (memory $bytes)))

  (core module $Code
    (import "memory" "memory" (memory 1))
    (import "memory" "allocate" (func $allocate (param i32 i32 i32 i32) (result i32)))
    (import "journal" "write" (func $write (param i32 i32 i32)))
    (import "counter" "new" (func $new (param i32) (result i32)))
    (data (i32.const 16) "that is many")
    (func (export "new") (param $name i32) (param $length i32) (param $start i32) (result i32)
      (local $counter i32)
      (call $write (i32.const 0) (local.get $name) (local.get $length))
      (local.set $counter (call $allocate (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 4)))
      (i32.store (local.get $counter) (local.get $start))
      (call $new (local.get $counter)))
    (func (export "increment") (param $counter i32) (result i32)
      (i32.store (local.get $counter) (i32.add (i32.load (local.get $counter)) (i32.const 1)))
      (if (i32.ge_u (i32.load (local.get $counter)) (i32.const 3))
        (then (call $write (i32.const 1) (i32.const 16) (i32.const 12))))
      (i32.load (local.get $counter))))
  (core instance $code (instantiate $Code
    (with "memory" (instance $memory))
    (with "journal" (instance (export "write" (func $write))))
    (with "counter" (instance (export "new" (func $new))))))

  (func $start (param "name" string) (param "start" u32) (result (own $counter))
    (canon lift (core func $code "new") (memory $bytes) (realloc $allocate)))
  (func $increment (param "self" (borrow $counter)) (result u32) (canon lift (core func $code "increment")))

  ;; An instance that exports a resource type is one of a component.
  (component $Counters
    (import "counter" (type $counter (sub resource)))
    (import "start" (func $start (param "name" string) (param "start" u32) (result (own $counter))))
    (import "increment" (func $increment (param "self" (borrow $counter)) (result u32)))
    (export $exported "counter" (type $counter))
    (export "[constructor]counter" (func $start)
      (func (param "name" string) (param "start" u32) (result (own $exported))))
    (export "[method]counter.increment" (func $increment) (func (param "self" (borrow $exported)) (result u32))))
  (instance $counters (instantiate $Counters
    (with "counter" (type $counter))
    (with "start" (func $start))
    (with "increment" (func $increment))))
  (export "demo:tally/counters" (instance $counters)))
