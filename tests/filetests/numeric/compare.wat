;; The ten comparisons as digits, in the order of the text: eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s
;; ge_u. A loop runs that many times, so that the fuel tells each digit.
;;
;; -1 is below 1 with a sign and above it without: 0110011001.
;; run: i32(-1, 1) == 409
;; run: i32(1, -1) == 358
;; run: i32(5, 5) == 527
;; run: i32(-2147483648, 2147483647) == 409
;; run: i64(-1, 1) == 409
;; run: i64(5, 5) == 527
;; The low halves are equal.
;; run: i64(0x100000000, 0) == 307
;; run: zero(0, 0) == 4
;; run: zero(0, 0x100000000) == 3
;; run: zero(7, 0) == 2
(module
  (func (export "i32") (param i32 i32) (result i32) (local $left i32) (local $digits i32)
    (i32.eq (local.get 0) (local.get 1))
    (i32.or (i32.shl (i32.const 1)) (i32.ne (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i32.lt_s (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i32.lt_u (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i32.gt_s (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i32.gt_u (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i32.le_s (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i32.le_u (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i32.ge_s (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i32.ge_u (local.get 0) (local.get 1)))
    (local.set $left (local.tee $digits))
    (loop (br_if 0 (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    local.get $digits)
  (func (export "i64") (param i64 i64) (result i32) (local $left i32) (local $digits i32)
    (i64.eq (local.get 0) (local.get 1))
    (i32.or (i32.shl (i32.const 1)) (i64.ne (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i64.lt_s (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i64.lt_u (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i64.gt_s (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i64.gt_u (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i64.le_s (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i64.le_u (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i64.ge_s (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (i64.ge_u (local.get 0) (local.get 1)))
    (local.set $left (local.tee $digits))
    (loop (br_if 0 (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    local.get $digits)
  (func (export "zero") (param i32 i64) (result i32) (local $n i32)
    (if (i32.eqz (local.get 0))
      (then (if (i64.eqz (local.get 1)) (then (return (i32.const 4))))
        (return (i32.const 3))))
    i32.const 2))
