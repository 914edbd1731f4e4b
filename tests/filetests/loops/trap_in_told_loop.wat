;; The same trap where each round is told: exact, because there is one way from a round's start to
;; the division.
;;
;; loop, three rounds of 11 and 5 operators: 39 by unit. The entry, three rounds of 10 and 5: 36 by
;; wasmtime.
;; slices: min
;; run: f(5) == trap IntegerDivisionByZero
;; fuel: 39 (unit)
;; fuel: 36 (wasmtime)
;; request: f min entry 1; header 2
(module (func (export "f") (param i32)
  (loop
    (drop (i32.div_u (i32.const 6) (i32.sub (local.get 0) (i32.const 2))))
    (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
