;; A word, read back in every width with and without a sign: what is below zero is a binary digit
;; behind a one, load8_s load8_u load16_s load16_u.
;; run: i32(0x80) == 24
;; run: i32(0x8000) == 18
;; run: i32(0x8080) == 26
;; run: i32(0x7f7f) == 16
;; load8_s load16_s load32_s, then load32_u.
;; run: i64(0x80000000) == 18
;; run: i64(-1) == 30
;; run: i64(0x80) == 24
;; Of each width only so many bytes are written: 1, 2, 4 and 8 of them are not 0.
;; run: stored(-1) == 15
;; run: stored(0x100) == 3
(module (memory 1)
  (func (export "i32") (param i32) (result i32) (local i32)
    (i32.store (i32.const 100) (local.get 0))
    (local.set 1 (i32.const 2))
    (if (i32.lt_s (i32.load8_s (i32.const 100)) (i32.const 0))
      (then (local.set 1 (i32.add (local.get 1) (i32.const 1)))))
    (local.set 1 (i32.shl (local.get 1) (i32.const 1)))
    (if (i32.lt_s (i32.load8_u (i32.const 100)) (i32.const 0))
      (then nop (local.set 1 (i32.add (local.get 1) (i32.const 1)))))
    (local.set 1 (i32.shl (local.get 1) (i32.const 1)))
    (if (i32.lt_s (i32.load16_s (i32.const 100)) (i32.const 0))
      (then nop nop (local.set 1 (i32.add (local.get 1) (i32.const 1)))))
    (local.set 1 (i32.shl (local.get 1) (i32.const 1)))
    (if (i32.lt_s (i32.load16_u (i32.const 100)) (i32.const 0))
      (then nop nop nop (local.set 1 (i32.add (local.get 1) (i32.const 1)))))
    local.get 1)
  (func (export "i64") (param i64) (result i32) (local i32)
    (i64.store (i32.const 100) (local.get 0))
    (local.set 1 (i32.const 2))
    (if (i64.lt_s (i64.load8_s (i32.const 100)) (i64.const 0))
      (then (local.set 1 (i32.add (local.get 1) (i32.const 1)))))
    (local.set 1 (i32.shl (local.get 1) (i32.const 1)))
    (if (i64.lt_s (i64.load16_s (i32.const 100)) (i64.const 0))
      (then nop (local.set 1 (i32.add (local.get 1) (i32.const 1)))))
    (local.set 1 (i32.shl (local.get 1) (i32.const 1)))
    (if (i64.lt_s (i64.load32_s (i32.const 100)) (i64.const 0))
      (then nop nop (local.set 1 (i32.add (local.get 1) (i32.const 1)))))
    (local.set 1 (i32.shl (local.get 1) (i32.const 1)))
    (if (i64.lt_s (i64.load32_u (i32.const 100)) (i64.const 0))
      (then nop nop nop (local.set 1 (i32.add (local.get 1) (i32.const 1)))))
    local.get 1)
  (func (export "stored") (param i64) (result i32) (local i32 i32)
    (i64.store8 (i32.const 0) (local.get 0))
    (i64.store16 (i32.const 16) (local.get 0))
    (i64.store32 (i32.const 32) (local.get 0))
    (i64.store (i32.const 48) (local.get 0))
    (block (loop
      (br_if 1 (i32.eq (local.get 1) (i32.const 64)))
      (if (i32.load8_u (local.get 1)) (then (local.set 2 (i32.add (local.get 2) (i32.const 1)))))
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br 0)))
    local.get 2))
