;; A typed `select` between two i64s, whose choice decides a branch. It costs the same either way.
;;
;; 3 local.get, select, i64.eqz, if and a constant; then `else` or `end`, and `end`: 9 by unit.
;; By wasmtime the entry and the first seven: 8.
;; run: f(1, 0, 5) == 1
;; fuel: 9 (unit)
;; fuel: 8 (wasmtime)
;; run: f(0, 0, 5) == 2
;; fuel: 9 (unit)
;; fuel: 8 (wasmtime)
;; The condition needs what the select chooses between, and what it chooses by.
;; request: f max entry 1 p0 p1 p2
;; request: f min entry 2
;; request: f chosen entry 2
(module (func (export "f") (param i32 i64 i64) (result i32)
  (if (result i32)
    (i64.eqz (select (result i64) (local.get 1) (local.get 2) (local.get 0)))
    (then i32.const 1)
    (else i32.const 2))))
