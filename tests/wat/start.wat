;; A start function runs before the first call; its operators count, instantiation does not: the
;; 1000-byte active data segment and the constant expressions are free.
;;
;; `init`: const, const, const, memory.fill (100 bytes), global.get, const, add, global.set = 8.
;; wasmtime: 1 + 8 + 100 = 109. unit: 8 + final end = 9.
;; `get`: global.get, final end: wasmtime 2, unit 2.
;; run: get -> 41
;; fuel: wasmtime=111 unit=11
(module
  (memory (export "memory") 1)
  (global $ready (export "ready") (mut i32) (i32.add (i32.const 20) (i32.const 20)))
  (data (i32.const 1000) "an active segment that is not paid for")
  (start $init)
  (func $init
    i32.const 0
    i32.const 1
    i32.const 100
    memory.fill
    global.get $ready
    i32.const 1
    i32.add
    global.set $ready)
  (func (export "get") (result i32)
    global.get $ready))
