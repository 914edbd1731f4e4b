;; A `br_table` whose entries are all the same label chooses nothing: its index is not recorded.
;;
;; By unit block local.get br_table i32.const end: 5. By wasmtime 1 + 3.
;; run: f(0) == 1
;; fuel: 5 (unit)
;; fuel: 4 (wasmtime)
;; run: f(77) == 1
;; fuel: 5 (unit)
;; fuel: 4 (wasmtime)
;; request: f max entry 1
;; request: f min entry 1
(module (func (export "f") (param i32) (result i32)
  (block (br_table 0 0 0 (local.get 0)))
  (i32.const 1)))
