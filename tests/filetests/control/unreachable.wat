;; An `unreachable` in one arm: exact, since an event stands before it.
;;
;; For 0: local.get if, behind the arm i32.const end, 4 by unit, 1 + 3 by wasmtime.
;; For 1: local.get if unreachable, 3 by unit, 1 + 2 by wasmtime.
;; run: f(0) == 7
;; fuel: 4 (unit)
;; fuel: 4 (wasmtime)
;; run: f(1) == trap UnreachableCodeReached
;; fuel: 3 (unit)
;; fuel: 3 (wasmtime)
;; request: f max entry 1 p0
;; request: f min entry 2
(module (func (export "f") (param i32) (result i32)
  (if (local.get 0) (then unreachable))
  i32.const 7))
