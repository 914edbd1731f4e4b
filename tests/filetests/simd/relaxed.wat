;; Relaxed operators where every engine has to agree: no rounding, no index outside, no NaN.
;; run: fused(3) == 10
;; run: swizzled(5) == 6
;; run: dot(2) == 32
;; run: selected(1) == 4
;; run: selected(0) == 9
(module
  (func $rounds (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 1) (local.get 0))))
    local.get 1)
  (func (export "fused") (param f32) (result i32)
    (call $rounds (i32x4.extract_lane 1 (i32x4.relaxed_trunc_f32x4_s
      (f32x4.relaxed_madd
        (f32x4.splat (local.get 0)) (f32x4.splat (f32.const 3)) (f32x4.splat (f32.const 1)))))))
  (func (export "swizzled") (param i32) (result i32)
    (call $rounds (i8x16.extract_lane_u 0 (i8x16.relaxed_swizzle
      (v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16) (i8x16.splat (local.get 0))))))
  ;; Each lane is the sum of four products.
  (func (export "dot") (param i32) (result i32)
    (call $rounds (i32x4.extract_lane 0 (i32x4.relaxed_dot_i8x16_i7x16_add_s
      (i8x16.splat (i32.const 4)) (i8x16.splat (local.get 0)) (v128.const i32x4 0 0 0 0)))))
  (func (export "selected") (param i32) (result i32)
    (call $rounds (i32x4.extract_lane 3 (i32x4.relaxed_laneselect
      (v128.const i32x4 1 2 3 4) (v128.const i32x4 6 7 8 9)
      (i32x4.splat (i32.sub (i32.const 0) (local.get 0))))))))
