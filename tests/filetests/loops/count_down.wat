;; An i64 counted down by 3 while it is above 0, by sign: one round at least.
;;
;; 11 operators in each of the k rounds. By unit also loop end local.get end: 11 k + 4.
;; By wasmtime the entry and the last local.get: 11 k + 2. From 10 over 7, 4, 1 to -2: k = 4.
;; run: f(10) == 4
;; fuel: 48 (unit)
;; fuel: 46 (wasmtime)
;; run: f(9) == 3
;; fuel: 37 (unit)
;; fuel: 35 (wasmtime)
;; run: f(-5) == 1
;; fuel: 15 (unit)
;; fuel: 13 (wasmtime)
;; request: f max entry 1; nest@0 p0
;; request: f min entry 1; header 2
;; request: f chosen entry 1; nest@0 p0
;; check: slices f
(module (func (export "f") (param i64) (result i32) (local i32)
  (loop
    (local.set 1 (i32.add (local.get 1) (i32.const 1)))
    (br_if 0 (i64.gt_s
      (local.tee 0 (i64.sub (local.get 0) (i64.const 3)))
      (i64.const 0))))
  local.get 1))
