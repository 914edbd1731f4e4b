;; From 32 to 64 bits with and without a sign, and back.
;; The low half of 2^32 + 3 is 3.
;; run: wrap(0x100000003) == 3
;; run: wrap(2) == 2
;; With its sign -1 is below zero: one round. Without it is 2^32 - 1, and 32 rounds halve that away.
;; run: signed(-1) == 1
;; run: signed(4) == 3
;; run: unsigned(-1) == 32
;; run: unsigned(4) == 3
(module
  (func (export "wrap") (param i64) (result i32) (local i32 i32)
    (local.set 1 (i32.wrap_i64 (local.get 0)))
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 2) (local.get 1))))
    local.get 2)
  (func (export "signed") (param i32) (result i32) (local i64 i32)
    (local.set 1 (i64.extend_i32_s (local.get 0)))
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i64.gt_s (local.tee 1 (i64.shr_s (local.get 1) (i64.const 1))) (i64.const 0))))
    local.get 2)
  (func (export "unsigned") (param i32) (result i32) (local i64 i32)
    (local.set 1 (i64.extend_i32_u (local.get 0)))
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i64.gt_s (local.tee 1 (i64.shr_s (local.get 1) (i64.const 1))) (i64.const 0))))
    local.get 2))
