;; A heap in a second memory, which has 64-bit addresses. Each run finds it as it was.
;;
;; Six operators; by wasmtime the entry in place of the `end`.
;; heap: <low> size=3, data="\07", memory=1
;; heap: <high> size=8, data="*", memory=1
;; run: take(<high>) == 42
;; fuel: 6 (unit)
;; fuel: 6 (wasmtime)
;; run: take(<high>) == 42
;; run: take(<low>) == 7
;; run: take(65536) == trap MemoryOutOfBounds
(module (memory 1) (memory i64 1) (func (export "take") (param i64) (result i32)
  (i32.load8_u 1 (local.get 0))
  (i32.store8 1 (local.get 0) (i32.const 0))))
