;; nearest, ceil, floor and trunc, each with 4 added, as digits to base eight: so many rounds.
;; A number in the middle goes to the even neighbour.
;;
;; 2.5: 2, 3, 2, 2.
;; run: f32(2.5) == 3574
;; run: f32(-2.5) == 1162
;; run: f32(0.5) == 2404
;; run: f64(1.5) == 3501
;; run: f64(2.5) == 3574
;; run: f64(-2.5) == 1162
;; Just below a half: 0, 1, 0, 0. Adding a half and cutting off would give 1.
;; run: f64(0.49999999999999994) == 2404
(module
  (func (export "f32") (param f32) (result i32) (local i32 i32)
    (i32.trunc_sat_f32_s (f32.add (f32.nearest (local.get 0)) (f32.const 4)))
    (i32.or (i32.shl (i32.const 3))
      (i32.trunc_sat_f32_s (f32.add (f32.ceil (local.get 0)) (f32.const 4))))
    (i32.or (i32.shl (i32.const 3))
      (i32.trunc_sat_f32_s (f32.add (f32.floor (local.get 0)) (f32.const 4))))
    (i32.or (i32.shl (i32.const 3))
      (i32.trunc_sat_f32_s (f32.add (f32.trunc (local.get 0)) (f32.const 4))))
    (local.set 1 (local.tee 2))
    (loop (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    local.get 2)
  (func (export "f64") (param f64) (result i32) (local i32 i32)
    (i32.trunc_sat_f64_s (f64.add (f64.nearest (local.get 0)) (f64.const 4)))
    (i32.or (i32.shl (i32.const 3))
      (i32.trunc_sat_f64_s (f64.add (f64.ceil (local.get 0)) (f64.const 4))))
    (i32.or (i32.shl (i32.const 3))
      (i32.trunc_sat_f64_s (f64.add (f64.floor (local.get 0)) (f64.const 4))))
    (i32.or (i32.shl (i32.const 3))
      (i32.trunc_sat_f64_s (f64.add (f64.trunc (local.get 0)) (f64.const 4))))
    (local.set 1 (local.tee 2))
    (loop (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    local.get 2))
