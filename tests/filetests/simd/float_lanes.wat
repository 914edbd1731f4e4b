;; Floats by the lane: `min` makes a NaN of a NaN, `pmin` keeps its first operand unless the second one
;; is less. As many rounds as lanes that are at most 4.
;;
;; Of 1, 2, 3 and 9 three are; 2 makes the last one small too.
;; run: min(5) == 3
;; run: min(2) == 4
;; run: min(nan) == 0
;; run: pmin(5) == 3
;; run: pmin(2) == 4
;; run: pmin(nan) == 3
;; 8, 4, 2 and 1.
;; run: halvings(8) == 4
;; run: halvings(-1) == 1
(module
  (func $lanes (param v128) (result i32) (local i32 i32)
    (local.set 1 (i32x4.bitmask (f32x4.le (local.get 0) (f32x4.splat (f32.const 4)))))
    (block (loop
      (br_if 1 (i32.eqz (local.get 1)))
      (local.set 1 (i32.and (local.get 1) (i32.sub (local.get 1) (i32.const 1))))
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br 0)))
    local.get 2)
  (func (export "min") (param f32) (result i32)
    (call $lanes (f32x4.min (v128.const f32x4 1 2 3 9) (f32x4.splat (local.get 0)))))
  (func (export "pmin") (param f32) (result i32)
    (call $lanes (f32x4.pmin (v128.const f32x4 1 2 3 9) (f32x4.splat (local.get 0)))))
  (func (export "halvings") (param f64) (result i32) (local v128 i32)
    (local.set 1 (f64x2.splat (local.get 0)))
    (loop
      (local.set 1 (f64x2.mul (local.get 1) (v128.const f64x2 0.5 1)))
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (f64.ge (f64x2.extract_lane 0 (local.get 1)) (f64.const 1))))
    local.get 2))
