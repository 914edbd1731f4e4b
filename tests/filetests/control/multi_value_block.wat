;; A block with two parameters and two results, which are swapped in it unless the first is 0.
;;
;; Left early: 2 local.get, block, local.get i32.eqz br_if, and the last `end`: 7 by unit, 1 + 5 by
;; wasmtime. Otherwise 4 operators that swap and the block's `end` more: 12 by unit, 1 + 9.
;; run: f(0, 7) == (0, 7)
;; fuel: 7 (unit)
;; fuel: 6 (wasmtime)
;; run: f(3, 7) == (7, 3)
;; fuel: 12 (unit)
;; fuel: 10 (wasmtime)
;; request: f max entry 1 p0
;; request: f min entry 2
(module (func (export "f") (param i32 i32) (result i32 i32)
  local.get 0
  local.get 1
  (block (param i32 i32) (result i32 i32)
    (br_if 0 (i32.eqz (local.get 0)))
    local.set 0
    local.set 1
    local.get 0
    local.get 1)))
