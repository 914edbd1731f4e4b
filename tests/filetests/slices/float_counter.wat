;; A counter in floating point is replayed as it ran: ten times 0.1 is less than 1.
;;
;; 11 operators a round; by unit also loop end local.get end, by wasmtime the entry and local.get.
;; run: f(0.1) == 11
;; fuel: 125 (unit)
;; fuel: 123 (wasmtime)
;; run: f(0.25) == 4
;; fuel: 48 (unit)
;; fuel: 46 (wasmtime)
;; run: f(nan) == 1
;; fuel: 15 (unit)
;; request: f max entry 1; nest@0 p0
;; request: f min entry 1; header 2
;; request: f chosen entry 1; nest@0 p0
(module (func (export "f") (param $step f64) (result i32) (local $x f64) (local $rounds i32)
  (loop
    (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
    (br_if 0 (f64.lt
      (local.tee $x (f64.add (local.get $x) (local.get $step))) (f64.const 1))))
  local.get $rounds))
