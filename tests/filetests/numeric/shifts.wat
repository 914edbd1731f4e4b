;; Shifts and rotations by an amount modulo the width. The two lowest bits of shl, shr_s, shr_u, rotl
;; and rotr are digits to base four behind a one: so many rounds.
;;
;; -6 ends in 1010. By 31: 0, -1, 1, and both rotations end in 01: 1 0 3 1 1 1.
;; run: i32(-6, 31) == 1237
;; run: i32(-6, -1) == 1237
;; run: i32(-6, 1) == 1109
;; run: i32(-6, 32) == 1706
;; run: i64(-6, 63) == 1237
;; run: i64(-6, 64) == 1706
;; run: i64(-6, 32) == 1279
(module
  (func (export "i32") (param i32 i32) (result i32) (local i32 i32)
    i32.const 1
    (i32.or (i32.shl (i32.const 2)) (i32.and (i32.shl (local.get 0) (local.get 1)) (i32.const 3)))
    (i32.or (i32.shl (i32.const 2)) (i32.and (i32.shr_s (local.get 0) (local.get 1)) (i32.const 3)))
    (i32.or (i32.shl (i32.const 2)) (i32.and (i32.shr_u (local.get 0) (local.get 1)) (i32.const 3)))
    (i32.or (i32.shl (i32.const 2)) (i32.and (i32.rotl (local.get 0) (local.get 1)) (i32.const 3)))
    (i32.or (i32.shl (i32.const 2)) (i32.and (i32.rotr (local.get 0) (local.get 1)) (i32.const 3)))
    (local.set 2 (local.tee 3))
    (loop (br_if 0 (local.tee 2 (i32.sub (local.get 2) (i32.const 1)))))
    local.get 3)
  (func (export "i64") (param i64 i64) (result i64) (local i64 i64)
    i64.const 1
    (i64.or (i64.shl (i64.const 2)) (i64.and (i64.shl (local.get 0) (local.get 1)) (i64.const 3)))
    (i64.or (i64.shl (i64.const 2)) (i64.and (i64.shr_s (local.get 0) (local.get 1)) (i64.const 3)))
    (i64.or (i64.shl (i64.const 2)) (i64.and (i64.shr_u (local.get 0) (local.get 1)) (i64.const 3)))
    (i64.or (i64.shl (i64.const 2)) (i64.and (i64.rotl (local.get 0) (local.get 1)) (i64.const 3)))
    (i64.or (i64.shl (i64.const 2)) (i64.and (i64.rotr (local.get 0) (local.get 1)) (i64.const 3)))
    (local.set 2 (local.tee 3))
    (loop (br_if 0 (i32.wrap_i64 (local.tee 2 (i64.sub (local.get 2) (i64.const 1))))))
    local.get 3))
