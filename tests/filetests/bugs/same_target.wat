;; A branch to where control goes anyway: the two ways differ by the `end` that one of them executes.
;;
;; By unit: block, get, br_if: 3, `end` where it falls through, const, end. Where nothing costs for the
;; `end` both are the same.
;; run: f(0) == 7
;; fuel: 6 (unit)
;; fuel: 4 (wasmtime)
;; run: f(1) == 7
;; fuel: 5 (unit)
;; fuel: 4 (wasmtime)
;; request: 0 min entry 2
;; request: 0 max entry 1 p0
(module (func (export "f") (param i32) (result i32)
  (block (br_if 0 (local.get 0)))
  i32.const 7))
