;; Which arm pays for `else` and `end`: the first falls into `else`, the second into `end`.
;;
;; Either way local.get, if, a constant, one of the two and the function's `end`: 5 by unit.
;; By wasmtime the entry and the first three: 4.
;; run: f(1) == 10
;; fuel: 5 (unit)
;; fuel: 4 (wasmtime)
;; run: f(0) == 20
;; fuel: 5 (unit)
;; fuel: 4 (wasmtime)
;; The condition is parameter 0.
;; request: f max entry 1 p0
;; request: f min entry 2
;; request: f chosen entry 2
;; check: ir f
;; check: plan f
(module (func (export "f") (param i32) (result i32)
  (if (result i32) (local.get 0)
    (then i32.const 10)
    (else i32.const 20))))
