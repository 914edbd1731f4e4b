;; A division by zero on the only path there is: the total is exact, and ends with the division.
;;
;; For 2: all 6 operators by unit; by wasmtime the entry and all but `end`, 6.
;; For 0: two i32.const, local.get and i32.div_u, 4 by unit and 5 by wasmtime.
;; run: f(2) == 4
;; fuel: 6 (unit)
;; fuel: 6 (wasmtime)
;; run: f(0) == trap IntegerDivisionByZero
;; fuel: 4 (unit)
;; fuel: 5 (wasmtime)
(module (func (export "f") (param i32) (result i32)
  (i32.add (i32.const 1) (i32.div_u (i32.const 6) (local.get 0)))))
