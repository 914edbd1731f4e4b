;; A reference is no number: a branch on one can not be computed again, and is told by all slices.
;;
;; Up to br_on_null 6 operators, all but `block` at a price. For 1: drop i32.const return, 9 by unit
;; and 1 + 6 by wasmtime. For 0: i32.const end, 8 by unit and 1 + 6 by wasmtime.
;; run: f(1) == 1
;; fuel: 9 (unit)
;; fuel: 7 (wasmtime)
;; run: f(0) == 0
;; fuel: 8 (unit)
;; fuel: 7 (wasmtime)
;; request: f max entry 2
;; request: f min entry 2
;; request: f chosen entry 2
(module (func $f (export "f") (param i32) (result i32)
  (block
    (br_on_null 0
      (select (result funcref) (ref.func $f) (ref.null func) (local.get 0)))
    drop
    (return (i32.const 1)))
  (i32.const 0)))
