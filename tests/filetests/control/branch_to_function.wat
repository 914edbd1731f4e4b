;; A `br_if` and a `br_table` whose label is the function's: they return, past its `end`.
;;
;; For 0: i32.const local.get i32.eqz br_if, 4 by unit, 1 + 4 by wasmtime. Else also drop block and
;; the 5 of the br_table. For 2 that is all: 11 by unit, 1 + 9 by wasmtime. For 1 i32.const i32.add
;; end follow: 14 by unit, 1 + 11 by wasmtime.
;; run: f(0) == 1
;; fuel: 4 (unit)
;; fuel: 5 (wasmtime)
;; run: f(1) == 4
;; fuel: 14 (unit)
;; fuel: 12 (wasmtime)
;; run: f(2) == 3
;; fuel: 11 (unit)
;; fuel: 10 (wasmtime)
;; request: f max entry 1 p0
;; request: f min entry 3
;; request: f chosen entry 3
(module (func $f (export "f") (param i32) (result i32)
  (br_if 0 (i32.const 1) (i32.eqz (local.get 0)))
  drop
  (block (result i32)
    (br_table 0 1 (i32.const 3) (i32.sub (local.get 0) (i32.const 1))))
  (i32.add (i32.const 1))))
