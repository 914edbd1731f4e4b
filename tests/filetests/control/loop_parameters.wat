;; A loop that takes two values and gives two: the Fibonacci numbers up to a bound.
;; 1 1 2 3 5 8 13: the first above 8, and the one before it.
;;
;; A round: set, set, get, get, get, add, get, get, add, get, lt_u, br_if: 12.
;; The rounds make 1, 2, 3, 5, 8 and 13. By unit: const, const, loop, 72, end, end. By wasmtime: entry,
;; 2, 72.
;; run: f(8) == (8, 13)
;; fuel: 77 (unit)
;; fuel: 75 (wasmtime)
;; request: 0 chosen entry 1; nest@2 p0
(module
  (func (export "f") (param i32) (result i32 i32) (local i32 i32)
    i32.const 0
    i32.const 1
    (loop (param i32 i32) (result i32 i32)
      local.set 2
      local.set 1
      local.get 2
      (i32.add (local.get 1) (local.get 2))
      (br_if 0 (i32.le_u (i32.add (local.get 1) (local.get 2)) (local.get 0))))))
