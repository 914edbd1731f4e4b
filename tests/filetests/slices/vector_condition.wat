;; Slices do not compute with vectors: what is asked about one is recorded.
;;
;; local.get i32x4.splat v128.any_true if, a constant, `else` or `end`, and `end`: 7 by unit. By
;; wasmtime the entry and the first five: 6.
;; run: f(3) == 1
;; fuel: 7 (unit)
;; fuel: 6 (wasmtime)
;; run: f(0) == 0
;; fuel: 7 (unit)
;; fuel: 6 (wasmtime)
;; request: f max entry 1 @2
;; request: f min entry 2
(module (func (export "f") (param i32) (result i32)
  (if (result i32) (v128.any_true (i32x4.splat (local.get 0)))
    (then i32.const 1)
    (else i32.const 0))))
