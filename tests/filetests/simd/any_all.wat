;; Whether any bit, or every lane, is set: a vector can't be recorded, the answer can.
;; run: any(0x0) == 0
;; run: any(0x80000000000000000000000000000000) == 1
;; run: all(0x01010101010101010101010101010101) == 15
;; One byte is 0: no more all bytes, but all wider lanes.
;; run: all(0x01010101010101010101010101010100) == 14
;; run: all(0x01010101010101010101010101010000) == 12
;; run: all(0x0) == 0
;; 0 get, 1 v128.any_true, 2 if
;; request: 0 max entry 1 @1
;; request: 0 min entry 2
(module
  (func (export "any") (param v128) (result i32)
    (if (v128.any_true (local.get 0)) (then nop (return (i32.const 1))))
    i32.const 0)
  (func (export "all") (param v128) (result i32) (local i32)
    (if (i8x16.all_true (local.get 0)) (then (local.set 1 (i32.const 1))))
    (if (i16x8.all_true (local.get 0)) (then nop (local.set 1 (i32.or (local.get 1) (i32.const 2)))))
    (if (i32x4.all_true (local.get 0)) (then nop (local.set 1 (i32.or (local.get 1) (i32.const 4)))))
    (if (i64x2.all_true (local.get 0)) (then nop (local.set 1 (i32.or (local.get 1) (i32.const 8)))))
    local.get 1))
