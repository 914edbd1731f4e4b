;; Halved until it is below 1: ten times for 1024 to get to 1, and once more.
;;
;; A round has 11 operators. By unit: loop, 121, end, local.get, end. By wasmtime: entry, 121, local.get.
;; run: f(1024) == 11
;; fuel: 125 (unit)
;; fuel: 123 (wasmtime)
;; No comparison holds of a NaN: one round.
;; run: f(nan) == 1
;; run: f(-inf) == 1
;; The largest number is just below 2^1024.
;; run: f(1.7976931348623157e308) == 1024
;;
;; Two words, and 5 values in each of 10 rounds, are cheaper than 10 outcomes: 16 + 32 + 50 < 160.
;; request: 0 chosen entry 1; nest@0 p0
;; request: 0 min entry 1; header 2
(module (func (export "f") (param f64) (result i32) (local i32)
  (loop
    (local.set 1 (i32.add (local.get 1) (i32.const 1)))
    (br_if 0 (f64.ge
      (local.tee 0 (f64.mul (local.get 0) (f64.const 0.5))) (f64.const 1))))
  local.get 1))
