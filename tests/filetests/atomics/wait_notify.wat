;; Waiting for a value that isn't there ends at once with 1, waiting for nothing with 2; nobody is
;; notified. Each answer is a number of rounds.
;;
;; fence; const, const, const, wait32, set; a round of 8.
;; By unit: 6, loop, 8 n, end, get, end. By wasmtime: entry, 6, 8 n, get.
;; run: wait32(1) == 1
;; fuel: 18 (unit)
;; fuel: 16 (wasmtime)
;; run: wait32(0) == 2
;; fuel: 26 (unit)
;; run: wait64(0) == 2
;; run: wait64(3) == 1
;; run: notify(2) == 7
;; An address that isn't a multiple of the width.
;; run: notify(1) == trap HeapMisaligned
;; run: load(2) == trap HeapMisaligned
;; run: load(65536) == trap MemoryOutOfBounds
;; run: load(4) == 0
(module (memory 1 1 shared)
  (func (export "wait32") (param i32) (result i32) (local i32 i32)
    atomic.fence
    (local.set 1 (memory.atomic.wait32 (i32.const 8) (local.get 0) (i64.const 0)))
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 2) (local.get 1))))
    local.get 2)
  (func (export "wait64") (param i64) (result i32)
    (if (i32.eq (memory.atomic.wait64 (i32.const 8) (local.get 0) (i64.const 0)) (i32.const 2))
      (then nop (return (i32.const 2))))
    i32.const 1)
  (func (export "notify") (param i32) (result i32)
    (if (memory.atomic.notify (i32.const 8) (i32.const 1)) (then nop (return (i32.const 1))))
    (drop (memory.atomic.notify (i32.mul (local.get 0) (i32.const 2)) (i32.const 1)))
    i32.const 7)
  (func (export "load") (param i32) (result i32)
    (if (i32.atomic.load (local.get 0)) (then nop (return (i32.const 1))))
    i32.const 0))
