;; Between lanes of integers and floats, and between widths: the first lane is the number of rounds.
;; run: saturated(300.7) == 300
;; run: saturated(-3) == 1
;; run: saturated(nan) == 1
;; run: halved(9) == 4
;; run: widened(0xfff0) == 1
;; run: widened(0x0010) == 16
(module
  (func $rounds (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_s (local.get 1) (local.get 0))))
    local.get 1)
  (func (export "saturated") (param f64) (result i32)
    (call $rounds (i32x4.extract_lane 0
      (i32x4.trunc_sat_f64x2_u_zero (f64x2.splat (local.get 0))))))
  ;; As float, promoted, halved, demoted and cut off.
  (func (export "halved") (param i32) (result i32)
    (call $rounds (i32x4.extract_lane 1 (i32x4.trunc_sat_f32x4_s (f32x4.demote_f64x2_zero
      (f64x2.div
        (f64x2.promote_low_f32x4 (f32x4.convert_i32x4_s (i32x4.splat (local.get 0))))
        (f64x2.splat (f64.const 2))))))))
  ;; Below zero as 16 bits: one round.
  (func (export "widened") (param i32) (result i32)
    (call $rounds (i32x4.extract_lane 3
      (i32x4.extend_high_i16x8_s (i16x8.splat (local.get 0)))))))
