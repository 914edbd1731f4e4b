;; A counter that is compared in another width than it is counted in: it wraps around in its own.
;;
;; -3 -2 -1 are large without a sign, then comes 0.
;; run: widened(-3) == 3
;; Of a wide counter the low half alone is looked at: 3 rounds from 2^32 + 3.
;; run: narrowed(0x100000003) == 3
;; run: narrowed(3) == 3
;; As a byte 250 needs 6 more to be 0.
;; run: byte(250) == 6
;; run: byte(0x1fa) == 6
(module
  (func (export "widened") (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i64.gt_u
        (i64.extend_i32_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))))
        (i64.const 5))))
    local.get 1)
  (func (export "narrowed") (param i64) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.wrap_i64 (local.tee 0 (i64.sub (local.get 0) (i64.const 1))))))
    local.get 1)
  (func (export "byte") (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.and (i32.const 255)
        (local.tee 0 (i32.add (local.get 0) (i32.const 1))))))
    local.get 1))
