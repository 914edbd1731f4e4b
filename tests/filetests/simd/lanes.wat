;; Lanes taken out and put in: the number of rounds is what a lane holds.
;; Twice 1, 2, 3 and 4.
;; run: dot(2) == 20
;; run: replaced(9) == 12
;; A byte below zero: one round.
;; run: signed(0x80) == 1
;; run: signed(0x7f) == 127
(module
  (func $rounds (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_s (local.get 1) (local.get 0))))
    local.get 1)
  (func (export "dot") (param i32) (result i32) (local v128)
    (local.set 1 (i32x4.mul (v128.const i32x4 1 2 3 4) (i32x4.splat (local.get 0))))
    (call $rounds (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get 1)) (i32x4.extract_lane 1 (local.get 1)))
      (i32.add (i32x4.extract_lane 2 (local.get 1)) (i32x4.extract_lane 3 (local.get 1))))))
  (func (export "replaced") (param i32) (result i32) (local v128)
    (local.set 1 (i16x8.replace_lane 7 (v128.const i16x8 3 0 0 0 0 0 0 0) (local.get 0)))
    (call $rounds (i32.add
      (i16x8.extract_lane_u 0 (local.get 1)) (i16x8.extract_lane_u 7 (local.get 1)))))
  (func (export "signed") (param i32) (result i32)
    (call $rounds (i8x16.extract_lane_s 3 (i8x16.splat (local.get 0))))))
