;; Wasmtime charges each byte: n, n - 1, …, 1 of them.
;;
;; A round: const, const, get, fill, get, const, sub, tee, br_if: 9.
;; By unit: loop, 9 n, end, end. By wasmtime: entry, 9 n, n (n + 1) / 2.
;; run: falling(10) == ()
;; fuel: 93 (unit)
;; fuel: 146 (wasmtime)
;; run: falling(1) == ()
;; fuel: 12 (unit)
;; fuel: 11 (wasmtime)
;;
;; The rounds follow from the parameter; the bytes are recorded beside the nest.
;; request: 0 chosen entry 1; nest@0 p0
;;
;; const, get, get, fill and the byte's test. What is asked for is charged, also when it traps.
;; run: filled(7, 100) == 1
;; run: filled(0, 100) == 0
;; run: filled(7, 65537) == trap MemoryOutOfBounds
;; fuel: 4 (unit)
;; fuel: 65542 (wasmtime)
;; run: filled(7, -1) == trap MemoryOutOfBounds
;; fuel: 4294967300 (wasmtime)
(module (memory 1)
  (func (export "falling") (param i32)
    (loop
      (memory.fill (i32.const 0) (i32.const 1) (local.get 0))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "filled") (param i32 i32) (result i32)
    (memory.fill (i32.const 0) (local.get 0) (local.get 1))
    (if (i32.load8_u (i32.sub (local.get 1) (i32.const 1))) (then nop (return (i32.const 1))))
    i32.const 0))
