;; From below zero up by 2 to a signed bound, tested before each round.
;;
;; Each of the k rounds 13 operators, the last test 4. By unit also block loop local.get end:
;; 13 k + 8; by wasmtime the entry and the last local.get: 13 k + 6.
;; From -5 over -3, -1, 1 and 3: k = 5.
;; run: f(-5, 4) == 5
;; fuel: 73 (unit)
;; fuel: 71 (wasmtime)
;; run: f(4, 4) == 0
;; fuel: 8 (unit)
;; fuel: 6 (wasmtime)
;; As near to the end of the signed numbers as it gets without going round.
;; run: f(2147483645, 2147483647) == 1
;; fuel: 21 (unit)
;; fuel: 19 (wasmtime)
;; request: f max entry 1; nest@1 p0 p1
;; request: f min entry 1; header 2
;; request: f chosen entry 1; nest@1 p0 p1
(module (func (export "f") (param i32 i32) (result i32) (local i32)
  (block (loop
    (br_if 1 (i32.ge_s (local.get 0) (local.get 1)))
    (local.set 2 (i32.add (local.get 2) (i32.const 1)))
    (local.set 0 (i32.add (local.get 0) (i32.const 2)))
    (br 0)))
  local.get 2))
