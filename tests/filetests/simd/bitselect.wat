;; Logic on whole vectors, and shifts by the lane: the first lane is the number of rounds.
;;
;; Of 12 and 3 by a mask of all ones, of none, and of the lowest bit.
;; run: select(-1) == 12
;; run: select(0) == 3
;; run: select(1) == 2
;; 6 without the bits of the parameter, and 1.
;; run: and_not(2) == 5
;; run: and_not(6) == 1
;; The amount counts modulo the width.
;; run: shifted(3) == 8
;; run: shifted(35) == 8
(module
  (func $rounds (param v128) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 1) (i32x4.extract_lane 0 (local.get 0)))))
    local.get 1)
  (func (export "select") (param i32) (result i32)
    (call $rounds (v128.bitselect
      (i32x4.splat (i32.const 12)) (i32x4.splat (i32.const 3)) (i32x4.splat (local.get 0)))))
  (func (export "and_not") (param i32) (result i32)
    (call $rounds (v128.or
      (v128.const i32x4 1 1 1 1)
      (v128.andnot (i32x4.splat (i32.const 6)) (i32x4.splat (local.get 0))))))
  (func (export "shifted") (param i32) (result i32)
    (call $rounds (i32x4.shl (v128.const i32x4 1 1 1 1) (local.get 0)))))
