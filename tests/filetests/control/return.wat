;; A `return` out of an `if` goes past the `end`s.
;;
;; For 1: local.get if i32.const return, for 0: local.get if i32.const end, 4 by unit.
;; By wasmtime the entry and the first three, 4.
;; run: f(1) == 1
;; fuel: 4 (unit)
;; fuel: 4 (wasmtime)
;; run: f(0) == 2
;; fuel: 4 (unit)
;; fuel: 4 (wasmtime)
;; request: f max entry 1 p0
;; request: f min entry 2
(module (func (export "f") (param i32) (result i32)
  (if (local.get 0) (then (return (i32.const 1))))
  (i32.const 2)))
