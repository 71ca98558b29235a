;; A component with a resource. One nested component defines `counter`; another uses it through handles only.
;;
;;     cantilever run --invoke 'count(3)' examples/counter.wat
;;     cantilever compile --emit clif --function count examples/counter.wat
(component
  ;; The component that implements the resource. The representation of a counter is the address of its value.
  (component $Provider
    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))
    (type $counter' (resource (rep i32)))
    (export $counter "counter" (type $counter'))
    (canon resource.new $counter' (core func $new))
    (core module $Impl
      (import "" "memory" (memory 1))
      (import "" "new" (func $new (param i32) (result i32)))
      (global $next (mut i32) (i32.const 16))
      (func (export "make") (result i32)
        (global.set $next (i32.add (global.get $next) (i32.const 4)))
        (call $new (global.get $next)))
      (func (export "increment") (param $self i32) (result i32)
        (i32.store (local.get $self) (i32.add (i32.load (local.get $self)) (i32.const 1)))
        (i32.load (local.get $self))))
    (core instance $impl (instantiate $Impl (with "" (instance
      (export "memory" (memory $memory "memory"))
      (export "new" (func $new))))))
    (func (export "make") (result (own $counter)) (canon lift (core func $impl "make")))
    (func (export "increment") (param "self" (borrow $counter)) (result u32)
      (canon lift (core func $impl "increment"))))

  ;; The component that uses it.
  (component $User
    (import "provider" (instance $provider
      (export "counter" (type $counter (sub resource)))
      (export "make" (func (result (own $counter))))
      (export "increment" (func (param "self" (borrow $counter)) (result u32)))))
    (alias export $provider "counter" (type $counter))
    (canon resource.drop $counter (core func $drop))
    (canon lower (func $provider "make") (core func $make))
    (canon lower (func $provider "increment") (core func $increment))
    (core module $Main
      (import "" "make" (func $make (result i32)))
      (import "" "increment" (func $increment (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      ;; Makes a counter, increments it `times` times through a borrow, drops it, returns the last value.
      (func $count (export "count") (param $times i32) (result i32)
        (local $counter i32) (local $last i32)
        (local.set $counter (call $make))
        (block $done
          (loop $again
            (br_if $done (i32.eqz (local.get $times)))
            (local.set $last (call $increment (local.get $counter)))
            (local.set $times (i32.sub (local.get $times) (i32.const 1)))
            (br $again)))
        (call $drop (local.get $counter))
        (local.get $last)))
    (core instance $main (instantiate $Main (with "" (instance
      (export "make" (func $make))
      (export "increment" (func $increment))
      (export "drop" (func $drop))))))
    (func (export "count") (param "times" u32) (result u32) (canon lift (core func $main "count"))))

  (instance $provider (instantiate $Provider))
  (instance $user (instantiate $User (with "provider" (instance $provider))))
  (func (export "count") (alias export $user "count")))
