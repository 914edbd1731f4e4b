;; What a call returns decides a branch: a source for max slices, which they record behind it.
;;
;; $odd costs 4 by unit, 1 + 3 by wasmtime. The caller: local.get call if and a constant, then
;; `else` or `end`, and `end`: 6 by unit, 1 + 4 by wasmtime.
;; run: f(3) == 10
;; fuel: 10 (unit)
;; fuel: 9 (wasmtime)
;; run: f(2) == 20
;; fuel: 10 (unit)
;; fuel: 9 (wasmtime)
;; request: f max entry 1; resume 1 @1
;; request: f min entry 1; resume 2
;; request: f chosen entry 1; resume 2
(module
  (func $odd (param i32) (result i32) (return (i32.and (local.get 0) (i32.const 1))))
  (func (export "f") (param i32) (result i32)
    (if (result i32) (call $odd (local.get 0))
      (then i32.const 10)
      (else i32.const 20))))
