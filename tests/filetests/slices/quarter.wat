;; A bound that is computed anew in each round, by a division that can not trap. What is divided is
;; known on entry, so the trip count still has a closed form.
;;
;; A round is 10 operators; by unit also loop end local.get end, by wasmtime the entry and local.get.
;; run: f(20) == 5
;; fuel: 54 (unit)
;; fuel: 52 (wasmtime)
;; run: f(3) == 1
;; fuel: 14 (unit)
;; request: f max entry 1; nest@0 p0
;; request: f chosen entry 1; nest@0 p0
;; check: slices f
(module (func (export "f") (param $n i32) (result i32) (local $i i32)
  (loop
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br_if 0 (i32.lt_u (local.get $i) (i32.div_u (local.get $n) (i32.const 4)))))
  local.get $i))
