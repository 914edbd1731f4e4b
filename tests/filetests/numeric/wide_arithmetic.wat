;; The carry of a 128-bit sum and the high half of a 128-bit product decide.
;; run: carries(-1, 1) == 1
;; run: carries(-2, 1) == 0
;; run: borrows(0, 1) == 1
;; run: borrows(1, 1) == 0
;; 2^34 squared is 16 times 2^64.
;; run: high_unsigned(0x400000000) == 16
;; Of -1 squared the high half is 0 with signs and 2^64 - 2 without.
;; run: high_signed(-1) == 0
;; run: high_signed(0x400000000) == 16
;;
;; An operator with two results is neither recorded nor computed again: what depends on it is told.
;; request: 0 max entry 2
(module
  (func (export "carries") (param i64 i64) (result i32) (local i64)
    (i64.add128 (local.get 0) (i64.const 0) (local.get 1) (i64.const 0))
    local.set 2
    drop
    (if (i64.ne (local.get 2) (i64.const 0)) (then (return (i32.const 1))))
    i32.const 0)
  (func (export "borrows") (param i64 i64) (result i32) (local i64)
    (i64.sub128 (local.get 0) (i64.const 0) (local.get 1) (i64.const 0))
    local.set 2
    drop
    (if (i64.lt_s (local.get 2) (i64.const 0)) (then (return (i32.const 1))))
    i32.const 0)
  (func (export "high_unsigned") (param i64) (result i32) (local i64 i32)
    (i64.mul_wide_u (local.get 0) (local.get 0))
    local.set 1
    drop
    (block (loop
      (br_if 1 (i64.eqz (local.get 1)))
      (local.set 1 (i64.sub (local.get 1) (i64.const 1)))
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br 0)))
    local.get 2)
  (func (export "high_signed") (param i64) (result i32) (local i64 i32)
    (i64.mul_wide_s (local.get 0) (local.get 0))
    local.set 1
    drop
    (block (loop
      (br_if 1 (i64.eqz (local.get 1)))
      (local.set 1 (i64.sub (local.get 1) (i64.const 1)))
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br 0)))
    local.get 2))
