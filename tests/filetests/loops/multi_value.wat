;; A loop with parameters: the sum and the counter travel on the stack, along the branch back too.
;;
;; Two operators and `loop` before, 8 in each of the n rounds, drop and two `end`s behind.
;; By unit 8 n + 6; by wasmtime the entry, 2 and 8 n.
;; run: f(4) == 10
;; fuel: 38 (unit)
;; fuel: 35 (wasmtime)
;; run: f(1) == 1
;; fuel: 14 (unit)
;; fuel: 11 (wasmtime)
;; The counter starts with parameter 0, and only it is tested.
;; request: f max entry 1; nest@2 p0
;; request: f min entry 1; header 2
;; request: f chosen entry 1; nest@2 p0
;; check: ir f
(module (func (export "f") (param i32) (result i32)
  i32.const 0
  local.get 0
  (loop (param i32 i32) (result i32)
    local.tee 0
    i32.add
    (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))
    (br_if 0 (local.get 0))
    drop)))
