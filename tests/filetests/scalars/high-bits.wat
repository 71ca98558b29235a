;; The bits of a core value above those of a narrow integer are ignored when it is lifted, and come out as zeros, or
;; as copies of the sign, when it is lowered.
;; run: unsigned-8() -> 255
;; run: signed-8() -> -128
;; run: unsigned-16() -> 65535
;; run: signed-16() -> -32768
;; run: dirty-argument() -> 52
;; run: dirty-signed-argument() -> -2

(component
  (component $C
    (core module $M
      (func (export "give-u8") (result i32)
        (i32.const 0x12ff))
      (func (export "give-s8") (result i32)
        (i32.const 0x1280))
      (func (export "give-u16") (result i32)
        (i32.const 0x12ffff))
      (func (export "give-s16") (result i32)
        (i32.const 0x128000))
      (func (export "take-u8") (param i32) (result i32)
        (local.get 0))
      (func (export "take-s8") (param i32) (result i32)
        (local.get 0)))
    (core instance $m (instantiate $M))
    (func (export "give-u8") (result u8)
      (canon lift (core func $m "give-u8")))
    (func (export "give-s8") (result s8)
      (canon lift (core func $m "give-s8")))
    (func (export "give-u16") (result u16)
      (canon lift (core func $m "give-u16")))
    (func (export "give-s16") (result s16)
      (canon lift (core func $m "give-s16")))
    (func (export "take-u8") (param "x" u8) (result u32)
      (canon lift (core func $m "take-u8")))
    (func (export "take-s8") (param "x" s8) (result s32)
      (canon lift (core func $m "take-s8"))))

  (component $D
    (import "c" (instance $c
      (export "give-u8" (func (result u8)))
      (export "give-s8" (func (result s8)))
      (export "give-u16" (func (result u16)))
      (export "give-s16" (func (result s16)))
      (export "take-u8" (func (param "x" u8) (result u32)))
      (export "take-s8" (func (param "x" s8) (result s32)))))
    (core func $give-u8 (canon lower (func $c "give-u8")))
    (core func $give-s8 (canon lower (func $c "give-s8")))
    (core func $give-u16 (canon lower (func $c "give-u16")))
    (core func $give-s16 (canon lower (func $c "give-s16")))
    (core func $take-u8 (canon lower (func $c "take-u8")))
    (core func $take-s8 (canon lower (func $c "take-s8")))
    (core module $Main
      (import "c" "give-u8" (func $give-u8 (result i32)))
      (import "c" "give-s8" (func $give-s8 (result i32)))
      (import "c" "give-u16" (func $give-u16 (result i32)))
      (import "c" "give-s16" (func $give-s16 (result i32)))
      (import "c" "take-u8" (func $take-u8 (param i32) (result i32)))
      (import "c" "take-s8" (func $take-s8 (param i32) (result i32)))
      (func (export "unsigned-8") (result i32)
        (call $give-u8))
      (func (export "signed-8") (result i32)
        (call $give-s8))
      (func (export "unsigned-16") (result i32)
        (call $give-u16))
      (func (export "signed-16") (result i32)
        (call $give-s16))
      (func (export "dirty-argument") (result i32)
        (call $take-u8 (i32.const 0x1234)))
      (func (export "dirty-signed-argument") (result i32)
        (call $take-s8 (i32.const 0x12fe))))
    (core instance $main (instantiate $Main
      (with "c" (instance
        (export "give-u8" (func $give-u8))
        (export "give-s8" (func $give-s8))
        (export "give-u16" (func $give-u16))
        (export "give-s16" (func $give-s16))
        (export "take-u8" (func $take-u8))
        (export "take-s8" (func $take-s8))))))
    (func (export "unsigned-8") (result u32) (canon lift (core func $main "unsigned-8")))
    (func (export "signed-8") (result s32) (canon lift (core func $main "signed-8")))
    (func (export "unsigned-16") (result u32) (canon lift (core func $main "unsigned-16")))
    (func (export "signed-16") (result s32) (canon lift (core func $main "signed-16")))
    (func (export "dirty-argument") (result u32) (canon lift (core func $main "dirty-argument")))
    (func (export "dirty-signed-argument") (result s32) (canon lift (core func $main "dirty-signed-argument"))))

  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "unsigned-8") (alias export $d "unsigned-8"))
  (func (export "signed-8") (alias export $d "signed-8"))
  (func (export "unsigned-16") (alias export $d "unsigned-16"))
  (func (export "signed-16") (alias export $d "signed-16"))
  (func (export "dirty-argument") (alias export $d "dirty-argument"))
  (func (export "dirty-signed-argument") (alias export $d "dirty-signed-argument")))
