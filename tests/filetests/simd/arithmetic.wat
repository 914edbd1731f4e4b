;; Lanes of every width: sums, differences, products, the lesser and the greater, rounded means. The
;; first lane is the number of rounds.
;; run: bytes(200, 100) == 50
;; run: shorts(200, 100) == 210
;; run: words(7, 5) == 12
;; run: longs(7, 5) == 34
;; run: signs(-5) == 10
(module
  (func $rounds (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 1) (local.get 0))))
    local.get 1)
  ;; The mean of the greater and the difference, less the lesser: (200 + 100) / 2 - 100.
  (func (export "bytes") (param i32 i32) (result i32) (local v128 v128)
    (local.set 2 (i8x16.splat (local.get 0)))
    (local.set 3 (i8x16.splat (local.get 1)))
    (call $rounds (i8x16.extract_lane_u 0 (i8x16.sub
      (i8x16.avgr_u
        (i8x16.max_u (local.get 2) (local.get 3)) (i8x16.sub (local.get 2) (local.get 3)))
      (i8x16.min_u (local.get 2) (local.get 3))))))
  ;; 200 * 100 / 100 by shifting: 20000 >> 7 is 156, and the pairwise sum of the bytes of 27 ones 54.
  (func (export "shorts") (param i32 i32) (result i32)
    (call $rounds (i16x8.extract_lane_s 0 (i16x8.add
      (i16x8.shr_u
        (i16x8.mul (i16x8.splat (local.get 0)) (i16x8.splat (local.get 1))) (i32.const 7))
      (i16x8.extadd_pairwise_i8x16_u (i8x16.splat (i32.const 27)))))))
  ;; The dot product of 1 1 with 7 5, from halves.
  (func (export "words") (param i32 i32) (result i32)
    (call $rounds (i32x4.extract_lane 0 (i32x4.dot_i16x8_s
      (i16x8.splat (i32.const 1))
      (i16x8.replace_lane 1 (i16x8.splat (local.get 0)) (local.get 1))))))
  ;; 7 * 5 - 1.
  (func (export "longs") (param i32 i32) (result i32)
    (call $rounds (i32.wrap_i64 (i64x2.extract_lane 0 (i64x2.sub
      (i64x2.extmul_low_i32x4_s (i32x4.splat (local.get 0)) (i32x4.splat (local.get 1)))
      (i64x2.splat (i64.const 1)))))))
  ;; The absolute and the negated number.
  (func (export "signs") (param i32) (result i32)
    (call $rounds (i32x4.extract_lane 2 (i32x4.add
      (i32x4.abs (i32x4.splat (local.get 0))) (i32x4.neg (i32x4.splat (local.get 0))))))))
