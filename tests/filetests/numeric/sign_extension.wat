;; The sign of the lowest 8, 16 and 32 bits as binary digits behind a one: so many rounds.
;; run: i32(0x80) == 6
;; run: i32(0x8000) == 5
;; run: i32(0x7f7f) == 4
;; run: i32(0xffff8080) == 7
;; run: i64(0x80000000) == 9
;; run: i64(0x8000) == 10
;; run: i64(0x80) == 12
;; run: i64(0x7fffff00) == 10
;; run: i64(-1) == 15
(module
  (func (export "i32") (param i32) (result i32) (local i32 i32)
    (i32.const 2)
    (i32.shl (i32.or (i32.lt_s (i32.extend8_s (local.get 0)) (i32.const 0))) (i32.const 1))
    (i32.or (i32.lt_s (i32.extend16_s (local.get 0)) (i32.const 0)))
    (local.set 1 (local.tee 2))
    (loop (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    local.get 2)
  (func (export "i64") (param i64) (result i32) (local i32 i32)
    (i32.const 2)
    (i32.shl (i32.or (i64.lt_s (i64.extend8_s (local.get 0)) (i64.const 0))) (i32.const 1))
    (i32.shl (i32.or (i64.lt_s (i64.extend16_s (local.get 0)) (i64.const 0))) (i32.const 1))
    (i32.or (i64.lt_s (i64.extend32_s (local.get 0)) (i64.const 0)))
    (local.set 1 (local.tee 2))
    (loop (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    local.get 2))
