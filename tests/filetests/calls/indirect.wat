;; A call through a table, and the three ways in which it traps: nothing was entered then.
;;
;; local.get call_indirect end and the callee's two: 5 by unit, 1 + 2 + 1 + 1 by wasmtime.
;; A trap: local.get call_indirect, 2 by unit, 3 by wasmtime.
;; run: f(0) == 1
;; fuel: 5 (unit)
;; fuel: 5 (wasmtime)
;; run: f(1) == 2
;; run: f(2) == trap BadSignature
;; fuel: 2 (unit)
;; fuel: 3 (wasmtime)
;; run: f(3) == trap IndirectCallToNull
;; fuel: 2 (unit)
;; fuel: 3 (wasmtime)
;; run: f(4) == trap TableOutOfBounds
;; fuel: 2 (unit)
;; fuel: 3 (wasmtime)
;; request: f max entry 1; resume 1
(module
  (type $number (func (result i32)))
  (table 4 funcref)
  (elem (i32.const 0) $one $two $other)
  (func $one (result i32) (i32.const 1))
  (func $two (result i32) (i32.const 2))
  (func $other)
  (func (export "f") (param i32) (result i32)
    (call_indirect (type $number) (local.get 0))))
