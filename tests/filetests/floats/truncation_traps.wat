;; Conversions to integers at the edges of their range: the last number that fits, and the first that
;; doesn't.
;;
;; By unit: get, trunc, const, lt_s, if: 5; the arm nop, const, `else`; end. By wasmtime: 1 + 5 + 1.
;; run: i32_s(-2147483648.9) == 1
;; fuel: 9 (unit)
;; fuel: 7 (wasmtime)
;; run: i32_s(2147483647.9) == 0
;; run: i32_s(2147483648) == trap IntegerOverflow
;; fuel: 2 (unit)
;; fuel: 3 (wasmtime)
;; run: i32_s(-2147483649) == trap IntegerOverflow
;; run: i32_s(nan) == trap BadConversionToInteger
;; run: i32_u(4294967295.9) == 1
;; run: i32_u(-0.9) == 0
;; run: i32_u(-1) == trap IntegerOverflow
;; run: i32_u(inf) == trap IntegerOverflow
;; run: i64_s(9223371487098961920) == 0
;; run: i64_s(9223372036854775808) == trap IntegerOverflow
;; run: i64_s(-9223372036854775808) == 1
;; run: i64_u(9223372036854775808) == 1
;; run: i64_u(18446744073709551616) == trap IntegerOverflow
;; run: i64_u(nan) == trap BadConversionToInteger
;; Between the other pairs of widths: i32 from f32 and i64 from f64.
;; run: crossed(2147483520, 5) == 7
;; run: crossed(2147483648, 5) == trap IntegerOverflow
;; run: crossed(1, 9223372036854774784) == 7
;; run: crossed(1, nan) == trap BadConversionToInteger
;; run: crossed(-1, 5) == trap IntegerOverflow
;;
;; It may trap, and is computed again all the same.
;; request: 0 max entry 1 p0
(module
  (func (export "i32_s") (param f64) (result i32)
    (if (result i32) (i32.lt_s (i32.trunc_f64_s (local.get 0)) (i32.const 0))
      (then nop (i32.const 1)) (else (i32.const 0))))
  (func (export "i32_u") (param f64) (result i32)
    (if (result i32) (i32.lt_s (i32.trunc_f64_u (local.get 0)) (i32.const 0))
      (then nop (i32.const 1)) (else (i32.const 0))))
  (func (export "i64_s") (param f32) (result i32)
    (if (result i32) (i64.lt_s (i64.trunc_f32_s (local.get 0)) (i64.const 0))
      (then nop (i32.const 1)) (else (i32.const 0))))
  (func (export "i64_u") (param f32) (result i32)
    (if (result i32) (i64.lt_s (i64.trunc_f32_u (local.get 0)) (i64.const 0))
      (then nop (i32.const 1)) (else (i32.const 0))))
  (func (export "crossed") (param f32 f64) (result i32)
    (if (i32.eq (i32.trunc_f32_s (local.get 0)) (i32.trunc_f32_u (local.get 0)))
      (then
        (if (i64.eq (i64.trunc_f64_s (local.get 1)) (i64.trunc_f64_u (local.get 1)))
          (then nop (return (i32.const 7))))))
    i32.const 0))
