;; A segment is copied in, and is empty once it is dropped.
;;
;; By unit: const, get, get, init; const, load, const, eq, if: 9; nop, const, return.
;; By wasmtime: entry, 9, const and 4 bytes.
;; run: init(0, 4) == 1
;; fuel: 12 (unit)
;; fuel: 15 (wasmtime)
;; run: init(1, 3) == 0
;; run: init(0, 0) == 0
;; run: init(4, 0) == 0
;; run: init(2, 3) == trap MemoryOutOfBounds
;; fuel: 4 (unit)
;; fuel: 8 (wasmtime)
;; data.drop, const, const, get, init: nothing is left to copy.
;; run: dropped(0) == ()
;; fuel: 6 (unit)
;; fuel: 6 (wasmtime)
;; run: dropped(1) == trap MemoryOutOfBounds
;; fuel: 5 (unit)
;; fuel: 7 (wasmtime)
(module (memory 1)
  (data $text "wasm")
  (func (export "init") (param i32 i32) (result i32)
    (memory.init $text (i32.const 0) (local.get 0) (local.get 1))
    (if (i32.eq (i32.load (i32.const 0)) (i32.const 0x6d736177))
      (then nop (return (i32.const 1))))
    i32.const 0)
  (func (export "dropped") (param i32)
    data.drop $text
    (memory.init $text (i32.const 0) (i32.const 0) (local.get 0))))
