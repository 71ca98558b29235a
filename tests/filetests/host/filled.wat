;; A host function may fill bytes of its result where its caller wants them: it is told whom to ask
;; for room, and the adapter copies only what it does not find in the memory.
;; clif: canon.fill-room[0]
;; | function u4294967295:0(i64 vmctx, i64, i64) tail
;; | block0(v0: i64, v1: i64, v2: i64):
;; |     v3 = load.i64 notrap aligned region0 v1  ; buffer of a host call
;; |     v4 = load.i64 notrap aligned region0 v1+8  ; buffer of a host call
;; |     v5 = iconst.i64 0x0fff_ffff
;; |     v6 = icmp ugt v3, v5  ; v5 = 0x0fff_ffff
;; |     brif v6, block1, block2
;; | block1 cold:
;; |     v7 = load.i64 notrap aligned readonly can_move region1 v0+16  ; constant part of the block
;; |     store.i64 notrap aligned region2 v3, v7+40  ; where a trap lands, and its values
;; |     trap user62  ; trap: the host gave a value that its type does not have
;; | block2:
;; |     jump block6
;; | block6:
;; |     jump block7
;; | block7:
;; |     v29 = load.i64 notrap aligned readonly can_move region3 v0+272  ; base and length of a memory
;; |     v33 = load.i32 user2 little region5 v29  ; linear memory
;; |     jump block9
;; | block9:
;; |     brif.i64 v4, block3, block4
;; | block3:
;; |     v17 = load.i64 notrap aligned region3 v0+280  ; base and length of a memory
;; |     v36 = uextend.i64 v33
;; |     v37 = iadd v36, v3
;; |     v19 = icmp ugt v37, v17
;; |     trapnz v19, user52  ; trap: wasm trap: realloc return: beyond end of memory
;; |     v38 = iadd.i64 v29, v36
;; |     jump block5(v38)
;; | block4:
;; |     v22 = load.i64 notrap aligned region3 v0+280  ; base and length of a memory
;; |     v15 = uextend.i64 v33
;; |     v23 = iadd v15, v3
;; |     v24 = icmp ugt v23, v22
;; |     trapnz v24, user65  ; trap: wasm trap: list content out-of-bounds: realloc return: beyond end of memory
;; |     v26 = iadd.i64 v29, v15
;; |     jump block5(v26)
;; | block5(v16: i64):
;; |     store notrap aligned region0 v16, v2  ; buffer of a host call
;; |     return
;; | function u4294967294:0(i64, i64, i64, i64) -> i32 system_v
;; | block0(v0: i64, v1: i64, v2: i64, v3: i64):
;; |     jump block1
;; | block1:
;; |     v4 = get_stack_pointer.i64
;; |     store notrap aligned region0 v4, v3+8  ; where a trap lands, and its values
;; |     v5 = get_frame_pointer.i64
;; |     store notrap aligned region0 v5, v3+16  ; where a trap lands, and its values
;; |     v6 = get_exception_handler_address.i64 block1, 0
;; |     store notrap aligned region0 v6, v3  ; where a trap lands, and its values
;; |     try_call fn0(v0, v1, v2), sig0, block2, [ default: block3 ]  ; call canon.fill-room[0]
;; | block2:
;; |     v7 = iconst.i32 0
;; |     return v7  ; v7 = 0
;; | block3:
;; |     v8 = iconst.i32 1
;; |     return v8  ; v8 = 1
;; clif: adapter[lower read
;; | function u1:0(i64 vmctx, i32, i32) tail
;; | block0(v0: i64, v1: i32, v2: i32):
;; |     v4 = stack_addr.i64 ss0
;; |     store notrap region0 v1, v4  ; linear memory
;; |     v6 = iconst.i64 1
;; |     v5 = stack_addr.i64 ss1
;; |     store notrap region0 v6, v5  ; v6 = 1  ; linear memory
;; |     v7 = load.i64 notrap aligned readonly can_move region1 v0+248  ; constant part of the block
;; |     v8 = load.i64 notrap aligned readonly can_move region1 v0+256  ; constant part of the block
;; |     v9 = call_indirect sig0, v7(v8, v0, v4, v5)
;; |     trapnz v9, user11  ; trap: the host function failed
;; |     v3 = uextend.i64 v2
;; |     v10 = iconst.i64 3
;; |     v11 = band v3, v10  ; v10 = 3
;; |     trapnz v11, user48  ; trap: wasm trap: unaligned pointer
;; |     v13 = load.i64 notrap aligned region2 v0+280  ; base and length of a memory
;; |     v12 = iconst.i64 8
;; |     v14 = iadd v3, v12  ; v12 = 8
;; |     v15 = icmp ugt v14, v13
;; |     trapnz v15, user49  ; trap: wasm trap: pointer out of bounds of memory
;; |     v18 = load.i64 notrap region0 v5  ; linear memory
;; |     v19 = load.i64 notrap region0 v5+8  ; linear memory
;; |     v22 = iconst.i64 0x0fff_ffff
;; |     v23 = icmp ugt v19, v22  ; v22 = 0x0fff_ffff
;; |     brif v23, block1, block2
;; | block1 cold:
;; |     v24 = load.i64 notrap aligned readonly can_move region1 v0+16  ; constant part of the block
;; |     store.i64 notrap aligned region3 v19, v24+40  ; where a trap lands, and its values
;; |     trap user62  ; trap: the host gave a value that its type does not have
;; | block2:
;; |     v16 = load.i64 notrap aligned readonly can_move region2 v0+272  ; base and length of a memory
;; |     v27 = isub.i64 v18, v16
;; |     v28 = icmp ult v27, v13
;; |     brif v28, block3, block4
;; | block3:
;; |     jump block5(v27)
;; | block4:
;; |     jump block6
;; | block6:
;; |     jump block7
;; | block7:
;; |     v56 = load.i32 user2 little region0 v16  ; linear memory
;; |     jump block9
;; | block9:
;; |     v40 = uextend.i64 v56
;; |     v42 = iadd v40, v19
;; |     v43 = icmp ugt v42, v13
;; |     trapnz v43, user65  ; trap: wasm trap: list content out-of-bounds: realloc return: beyond end of memory
;; |     v46 = load.i64 notrap aligned readonly can_move region1 v0+8  ; constant part of the block
;; |     v47 = load.i64 notrap aligned readonly can_move region1 v46+112  ; constant part of the block
;; |     v45 = iadd.i64 v16, v40
;; |     call_indirect sig2, v47(v0, v45, v18, v19)
;; |     jump block5(v40)
;; | block5(v29: i64):
;; |     v48 = ireduce.i32 v29
;; |     v17 = iadd.i64 v16, v3
;; |     store notrap little region0 v48, v17  ; linear memory
;; |     v38 = ireduce.i32 v19
;; |     store notrap little region0 v38, v17+4  ; linear memory
;; |     return

(component
  (import "read" (func $read (param "length" u32) (result (list u8))))
  (core module $Libc
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.load (i32.const 0))))
  (core instance $libc (instantiate $Libc))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))
  (core func $read (canon lower (func $read) (memory $memory) (realloc $realloc)))
  (core module $M
    (import "" "read" (func $read (param i32 i32)))
    (table (export "table") 1 funcref)
    (elem (i32.const 0) $read)
    (func (export "run") (param i32) (call_indirect (param i32 i32) (local.get 0) (i32.const 8) (local.get 0))))
  (core instance $m (instantiate $M (with "" (instance (export "read" (func $read))))))
  (func (export "run") (param "index" u32) (canon lift (core func $m "run"))))
