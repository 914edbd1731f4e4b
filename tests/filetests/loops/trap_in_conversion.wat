;; A conversion that decides whether the loop goes on, until its number is too large, or is none.
;;
;; A round is 6 operators, of which the fifth may trap; by unit also loop end end, by wasmtime the
;; entry. One round for 0.01, since 0.1 is 0 in whole numbers.
;; run: f(0.01) == ()
;; fuel: 9 (unit)
;; fuel: 7 (wasmtime)
;; Up to 10000000000, which is the seventh number: a trap in one of 7 rounds, so 1 + 5 to 1 + 42.
;; run: f(1000) == trap IntegerOverflow
;; fuel: 6..43 (unit)
;; fuel: 6..43 (wasmtime)
;; run: f(nan) == trap BadConversionToInteger
;; fuel: 6..7 (unit)
;; fuel: 6..7 (wasmtime)
;; request: f max entry 1; nest@0 p0
;; request: f chosen entry 1; nest@0 p0
(module (func (export "f") (param $x f64)
  (loop
    (br_if 0 (i32.trunc_f64_s
      (local.tee $x (f64.mul (local.get $x) (f64.const 10))))))))
