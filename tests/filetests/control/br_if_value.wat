;; A `br_if` that takes a value along, and leaves it on the stack when it is not taken.
;;
;; Taken: block i32.const local.get br_if, and the last `end`: 5 by unit; by wasmtime 1 + 3.
;; Otherwise also drop, i32.const and the block's `end`: 8 by unit; by wasmtime 1 + 4.
;; run: f(1) == 7
;; fuel: 5 (unit)
;; fuel: 4 (wasmtime)
;; run: f(0) == 8
;; fuel: 8 (unit)
;; fuel: 5 (wasmtime)
;; request: f max entry 1 p0
;; request: f min entry 2
;; request: f chosen entry 2
(module (func (export "f") (param i32) (result i32)
  (block (result i32)
    (drop (br_if 0 (i32.const 7) (local.get 0)))
    (i32.const 8))))
