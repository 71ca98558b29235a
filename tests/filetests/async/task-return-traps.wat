;; `task.return` is once per task, in a task of an asynchronous lift with the same result type and options, and when all
;; borrow handles have been given back.
;; run: once() -> 1
;; run: gives-back()
;; trap: never() -> "ended without a call of `task.return`"
;; trap: twice() -> "called more than once"
;; trap: another-type() -> "not that of the current task"
;; trap: another-encoding() -> "not that of the current task"
;; trap: synchronous() -> "not that of the current task"
;; trap: within-synchronous() -> "not that of the current task"
;; trap: keeps-borrow() -> "borrow handles still remain at the end of the call"
;; trap: bad-text() -> "out-of-bounds"

(component
  (component $O
    (type $R' (resource (rep i32)))
    (export $R "r" (type $R'))
    (canon resource.new $R' (core func $new))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 7))))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $R)) (canon lift (core func $m "make"))))

  (component $C
    (import "r" (type $R (sub resource)))
    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))
    (canon resource.drop $R (core func $drop))
    (canon task.return (core func $return0))
    (canon task.return (result u32) (core func $return32))
    (canon task.return (result s32) (core func $return-signed))
    (canon task.return (result string) (memory (core memory $memory "memory")) (core func $return-text))
    (canon task.return (result u32) string-encoding=utf16 (core func $return-encoded))
    (core module $M
      (import "" "drop" (func $drop (param i32)))
      (import "" "return0" (func $return0))
      (import "" "return32" (func $return32 (param i32)))
      (import "" "return-signed" (func $return-signed (param i32)))
      (import "" "return-text" (func $return-text (param i32 i32)))
      (import "" "return-encoded" (func $return-encoded (param i32)))
      (func (export "once") (call $return32 (i32.const 1)))
      (func (export "never"))
      (func (export "twice") (call $return32 (i32.const 1)) (call $return32 (i32.const 1)))
      (func (export "another-type") (call $return-signed (i32.const 1)))
      (func (export "another-encoding") (call $return-encoded (i32.const 1)))
      (func (export "synchronous") (result i32) (call $return32 (i32.const 1)) (i32.const 1))
      (func (export "bad-text") (call $return-text (i32.const 65535) (i32.const 2)))
      (func (export "borrow") (param i32) (call $return0))
      (func (export "drop-borrow") (param i32) (call $drop (local.get 0)) (call $return0)))
    (core instance $m (instantiate $M (with "" (instance
      (export "drop" (func $drop))
      (export "return0" (func $return0))
      (export "return32" (func $return32))
      (export "return-signed" (func $return-signed))
      (export "return-text" (func $return-text))
      (export "return-encoded" (func $return-encoded))))))
    (func (export "once") async (result u32) (canon lift (core func $m "once") async))
    (func (export "never") async (result u32) (canon lift (core func $m "never") async))
    (func (export "twice") async (result u32) (canon lift (core func $m "twice") async))
    (func (export "another-type") async (result u32) (canon lift (core func $m "another-type") async))
    (func (export "another-encoding") async (result u32) (canon lift (core func $m "another-encoding") async))
    (func (export "synchronous") (result u32) (canon lift (core func $m "synchronous")))
    (func (export "bad-text") async (result string)
      (canon lift (core func $m "bad-text") async (memory (core memory $memory "memory"))))
    (func (export "borrow") async (param "r" (borrow $R)) (canon lift (core func $m "borrow") async))
    (func (export "drop-borrow") async (param "r" (borrow $R)) (canon lift (core func $m "drop-borrow") async)))

  (component $D
    (import "o" (instance $o
      (export "r" (type $R (sub resource)))
      (export "make" (func (result (own $R))))))
    (alias export $o "r" (type $R))
    (import "once" (func $once async (result u32)))
    (import "synchronous" (func $synchronous (result u32)))
    (import "borrow" (func $borrow async (param "r" (borrow $R))))
    (import "drop-borrow" (func $drop-borrow async (param "r" (borrow $R))))
    (core func $make (canon lower (func $o "make")))
    (core func $once' (canon lower (func $once)))
    (core func $synchronous' (canon lower (func $synchronous)))
    (core func $borrow' (canon lower (func $borrow)))
    (core func $drop-borrow' (canon lower (func $drop-borrow)))
    (core module $Main
      (import "" "make" (func $make (result i32)))
      (import "" "once" (func $once (result i32)))
      (import "" "synchronous" (func $synchronous (result i32)))
      (import "" "borrow" (func $borrow (param i32)))
      (import "" "drop-borrow" (func $drop-borrow (param i32)))
      (func (export "keeps-borrow") (call $borrow (call $make)))
      (func (export "gives-back") (call $drop-borrow (call $make)))
      (func (export "within-synchronous") (drop (call $once)) (drop (call $synchronous))))
    (core instance $main (instantiate $Main (with "" (instance
      (export "make" (func $make))
      (export "once" (func $once'))
      (export "synchronous" (func $synchronous'))
      (export "borrow" (func $borrow'))
      (export "drop-borrow" (func $drop-borrow'))))))
    (func (export "keeps-borrow") (canon lift (core func $main "keeps-borrow")))
    (func (export "gives-back") (canon lift (core func $main "gives-back")))
    (func (export "within-synchronous") (canon lift (core func $main "within-synchronous"))))

  (instance $o (instantiate $O))
  (instance $c (instantiate $C (with "r" (type $o "r"))))
  (instance $d (instantiate $D
    (with "o" (instance $o))
    (with "once" (func $c "once"))
    (with "synchronous" (func $c "synchronous"))
    (with "borrow" (func $c "borrow"))
    (with "drop-borrow" (func $c "drop-borrow"))))
  (export "once" (func $c "once"))
  (export "never" (func $c "never"))
  (export "twice" (func $c "twice"))
  (export "another-type" (func $c "another-type"))
  (export "another-encoding" (func $c "another-encoding"))
  (export "synchronous" (func $c "synchronous"))
  (export "bad-text" (func $c "bad-text"))
  (export "keeps-borrow" (func $d "keeps-borrow"))
  (export "gives-back" (func $d "gives-back"))
  (export "within-synchronous" (func $d "within-synchronous")))
