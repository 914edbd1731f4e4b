;; A call ends a region and the next one starts behind it, even where there is only one way.
;;
;; $inc runs 4 operators up to its `return`: 4 by unit, 1 + 3 by wasmtime. The caller's are local.get,
;; two calls and `end`: 4 + 2 * 4 by unit, 1 + 3 + 2 * 4 by wasmtime.
;; run: f(5) == 7
;; fuel: 12 (unit)
;; fuel: 12 (wasmtime)
;; request: $inc chosen entry 1
;; request: f max entry 1; resume 1; resume 1
;; request: f min entry 1; resume 1; resume 1
(module
  (func $inc (param i32) (result i32) (return (i32.add (local.get 0) (i32.const 1))))
  (func (export "f") (param i32) (result i32) (call $inc (call $inc (local.get 0)))))
