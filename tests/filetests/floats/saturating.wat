;; Saturating conversions: a round for each bit of the signed result, 64 for each of the unsigned one,
;; and one more.
;;
;; Too large: 31 and 32 ones. Too small: the sign alone, and nothing. A NaN is 0.
;; run: i32_f32(1e10) == 2080
;; run: i32_f32(-1e10) == 2
;; run: i32_f32(nan) == 1
;; run: i32_f32(3.9) == 131
;; run: i32_f64(inf) == 2080
;; run: i32_f64(-inf) == 2
;; run: i32_f64(nan) == 1
;; run: i32_f64(-0.9) == 1
;; run: i64_f32(1e30) == 4160
;; run: i64_f32(-1e30) == 2
;; run: i64_f64(1e300) == 4160
;; run: i64_f64(nan) == 1
;; 2^63 fits without a sign only: 63 ones with it, one bit without.
;; run: i64_f64(9223372036854775808) == 128
(module
  (func (export "i32_f32") (param f32) (result i32) (local i32 i32)
    (i32.mul (i32.popcnt (i32.trunc_sat_f32_u (local.get 0))) (i32.const 64))
    (i32.add (i32.popcnt (i32.trunc_sat_f32_s (local.get 0))))
    (local.set 1 (local.tee 2 (i32.add (i32.const 1))))
    (loop (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    local.get 2)
  (func (export "i32_f64") (param f64) (result i32) (local i32 i32)
    (i32.mul (i32.popcnt (i32.trunc_sat_f64_u (local.get 0))) (i32.const 64))
    (i32.add (i32.popcnt (i32.trunc_sat_f64_s (local.get 0))))
    (local.set 1 (local.tee 2 (i32.add (i32.const 1))))
    (loop (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    local.get 2)
  (func (export "i64_f32") (param f32) (result i64) (local i64 i64)
    (i64.mul (i64.popcnt (i64.trunc_sat_f32_u (local.get 0))) (i64.const 64))
    (i64.add (i64.popcnt (i64.trunc_sat_f32_s (local.get 0))))
    (local.set 1 (local.tee 2 (i64.add (i64.const 1))))
    (loop (br_if 0 (i64.ne
      (local.tee 1 (i64.sub (local.get 1) (i64.const 1))) (i64.const 0))))
    local.get 2)
  (func (export "i64_f64") (param f64) (result i64) (local i64 i64)
    (i64.mul (i64.popcnt (i64.trunc_sat_f64_u (local.get 0))) (i64.const 64))
    (i64.add (i64.popcnt (i64.trunc_sat_f64_s (local.get 0))))
    (local.set 1 (local.tee 2 (i64.add (i64.const 1))))
    (loop (br_if 0 (i64.ne
      (local.tee 1 (i64.sub (local.get 1) (i64.const 1))) (i64.const 0))))
    local.get 2))
