;; Sums and narrower lanes that stop at their limits, not around them: the first lane is the number of
;; rounds.
;; run: add_u(200, 100) == 255
;; run: add_u(200, 50) == 250
;; run: add_wrapping(200, 100) == 44
;; run: narrow(300) == 255
;; run: narrow(-1) == 1
;; run: narrow(77) == 77
(module
  (func $rounds (param v128) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 1) (i8x16.extract_lane_u 0 (local.get 0)))))
    local.get 1)
  (func (export "add_u") (param i32 i32) (result i32)
    (call $rounds (i8x16.add_sat_u (i8x16.splat (local.get 0)) (i8x16.splat (local.get 1)))))
  (func (export "add_wrapping") (param i32 i32) (result i32)
    (call $rounds (i8x16.add (i8x16.splat (local.get 0)) (i8x16.splat (local.get 1)))))
  (func (export "narrow") (param i32) (result i32)
    (call $rounds
      (i8x16.narrow_i16x8_u (i16x8.splat (local.get 0)) (i16x8.splat (local.get 0))))))
