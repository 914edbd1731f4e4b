;; Tested before the body: no round for 0, and 3 for 3.
;;
;; A round is 12 operators, the last test 3; by unit also block loop local.get end: 12 k + 7. By
;; wasmtime the entry and local.get: 12 k + 5.
;; run: f(0) == 0
;; fuel: 7 (unit)
;; fuel: 5 (wasmtime)
;; run: f(3) == 6
;; fuel: 43 (unit)
;; fuel: 41 (wasmtime)
;; request: f max entry 1; nest@1 p0
;; request: f min entry 1; header 2
(module (func (export "f") (param i32) (result i32) (local i32)
  (block (loop (br_if 1 (i32.eqz (local.get 0)))
    (local.set 1 (i32.add (local.get 1) (local.get 0)))
    (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
    (br 0)))
  local.get 1))
