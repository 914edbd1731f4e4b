;; Integers of either width, with and without a sign, to both floats: whether the float is below zero, or
;; above what has a sign, as digits to base three behind a one: f32 and f64, each from s and u.
;;
;; -1 is below zero with its sign, 1, and above the signed numbers without, 2: 1 1 2 1 2.
;; run: i32(-1) == 131
;; run: i32(5) == 81
;; run: i64(-1) == 131
;; run: i64(5) == 81
(module
  (func $digit (param f64 f64) (result i32)
    (if (f64.lt (local.get 0) (f64.const 0)) (then (return (i32.const 1))))
    (if (f64.gt (local.get 0) (local.get 1)) (then nop (return (i32.const 2))))
    nop nop
    i32.const 0)
  (func (export "i32") (param i32) (result i32) (local f64)
    (local.set 1 (f64.const 2147483648))
    i32.const 3
    (i32.add (call $digit (f64.promote_f32 (f32.convert_i32_s (local.get 0))) (local.get 1)))
    (i32.add (i32.mul (i32.const 3))
      (call $digit (f64.promote_f32 (f32.convert_i32_u (local.get 0))) (local.get 1)))
    (i32.add (i32.mul (i32.const 3)) (call $digit (f64.convert_i32_s (local.get 0)) (local.get 1)))
    (i32.add (i32.mul (i32.const 3)) (call $digit (f64.convert_i32_u (local.get 0)) (local.get 1))))
  (func (export "i64") (param i64) (result i32) (local f64)
    (local.set 1 (f64.const 9223372036854775808))
    i32.const 3
    (i32.add (call $digit (f64.promote_f32 (f32.convert_i64_s (local.get 0))) (local.get 1)))
    (i32.add (i32.mul (i32.const 3))
      (call $digit (f64.promote_f32 (f32.convert_i64_u (local.get 0))) (local.get 1)))
    (i32.add (i32.mul (i32.const 3)) (call $digit (f64.convert_i64_s (local.get 0)) (local.get 1)))
    (i32.add (i32.mul (i32.const 3)) (call $digit (f64.convert_i64_u (local.get 0)) (local.get 1)))))
