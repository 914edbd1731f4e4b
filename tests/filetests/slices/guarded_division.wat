;; A division that is guarded in one arm, and used where both arms meet: computing the condition
;; behind them again must not divide where the program did not.
;;
;; For 3: local.get if, i32.const local.get i32.div_u else, if nop end end: 10 by unit, 1 + 6 by
;; wasmtime. For 0: local.get if, i32.const end, if end: 6 by unit, 1 + 4 by wasmtime.
;; run: f(3) == ()
;; fuel: 10 (unit)
;; fuel: 7 (wasmtime)
;; run: f(0) == ()
;; fuel: 6 (unit)
;; fuel: 5 (wasmtime)
;; request: f max entry 1 p0
;; request: f min entry 4
(module (func (export "f") (param i32)
  (if (result i32) (local.get 0)
    (then (i32.div_u (i32.const 6) (local.get 0)))
    (else (i32.const 0)))
  (if (then nop))))
