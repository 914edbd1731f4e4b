;; A `br_table` with a value, labels that stand in it twice, and a default that does too.
;;
;; Up to the br_table 5 operators, 3 of them not free. To $outer the last `end` follows: 6 by unit,
;; 1 + 3 by wasmtime. To $inner also i32.const, i32.add and the `end` of $outer: 9 and 1 + 5.
;; run: f(0) == 105
;; fuel: 9 (unit)
;; fuel: 6 (wasmtime)
;; run: f(1) == 5
;; fuel: 6 (unit)
;; fuel: 4 (wasmtime)
;; run: f(2) == 105
;; fuel: 9 (unit)
;; run: f(3) == 5
;; run: f(-1) == 5
;; fuel: 4 (wasmtime)
;; Four indices, but two ways.
;; request: f max entry 1 p0
;; request: f min entry 2
;; request: f chosen entry 2
;; check: plan f
(module (func (export "f") (param i32) (result i32)
  (block $outer (result i32)
    (block $inner (result i32)
      (br_table $inner $outer $inner $outer (i32.const 5) (local.get 0)))
    (i32.const 100)
    i32.add)))
