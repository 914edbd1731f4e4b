;; Lanes compared in every width: the masks' signs, as bits.
;; run: above(1) == 0xfffc
;; run: above(-1) == 0
;; run: shorts(0x8000) == 255
;; run: shorts(0x7fff) == 0
;; run: words(3) == 7
;; run: longs(0) == 2
;; run: floats(2) == 14
;; run: floats(nan) == 0
(module
  (func $ones (param i32) (result i32) (local i32 i32)
    (local.set 1 (local.get 0))
    (block (loop
      (br_if 1 (i32.eqz (local.get 1)))
      (local.set 1 (i32.shr_u (local.get 1) (i32.const 1)))
      (if (i32.and (local.get 1) (i32.const 1)) (then nop))
      (br 0)))
    local.get 0)
  ;; Without a sign none of 0 to 15 is above -1, and all but two are above 1.
  (func (export "above") (param i32) (result i32)
    (call $ones (i8x16.bitmask (i8x16.gt_u
      (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15) (i8x16.splat (local.get 0))))))
  (func (export "shorts") (param i32) (result i32)
    (call $ones (i16x8.bitmask (i16x8.lt_s
      (i16x8.splat (local.get 0)) (i16x8.splat (i32.const 0))))))
  ;; 1 2 and 3 are at most 3, 4 isn't.
  (func (export "words") (param i32) (result i32)
    (call $ones (i32x4.bitmask (i32x4.le_u
      (v128.const i32x4 1 2 3 4) (i32x4.splat (local.get 0))))))
  (func (export "longs") (param i64) (result i32)
    (call $ones (i64x2.bitmask (i64x2.gt_s
      (v128.const i64x2 -1 1) (i64x2.splat (local.get 0))))))
  (func (export "floats") (param f32) (result i32)
    (call $ones (i32x4.bitmask (f32x4.ge
      (v128.const f32x4 1 2 3 4) (f32x4.splat (local.get 0)))))))
