;; Bytes in another order: as many rounds as the first byte says.
;; run: shuffled(0) == 3
;; run: shuffled(16) == 19
;; An index outside gives 0, and so one round.
;; run: swizzled(2) == 3
;; run: swizzled(15) == 16
;; run: swizzled(16) == 1
(module
  (func (export "shuffled") (param i32) (result i32) (local i32 i32)
    (local.set 1 (i8x16.extract_lane_u 0
      (i8x16.shuffle 18 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
        (v128.const i64x2 0 0)
        (i8x16.add
          (v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
          (i8x16.splat (local.get 0))))))
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 2) (local.get 1))))
    local.get 2)
  (func (export "swizzled") (param i32) (result i32) (local i32 i32)
    (local.set 1 (i8x16.extract_lane_u 0
      (i8x16.swizzle
        (v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
        (i8x16.splat (local.get 0)))))
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 2) (local.get 1))))
    local.get 2))
