;; A table whose indices have 64 bits: the low half alone would be inside.
;; run: test(1) == 1
;; run: test(0) == 0
;; run: test(0x100000001) == trap TableOutOfBounds
;; run: grown(2) == 4
;; run: grown(-1) == 2
(module (table i64 2 8 funcref) (elem (table 0) (i64.const 1) func $test)
  (func $test (export "test") (param i64) (result i32)
    (if (result i32) (ref.is_null (table.get (local.get 0)))
      (then (i32.const 0)) (else nop (i32.const 1))))
  (func (export "grown") (param i64) (result i64) (local i64)
    (drop (table.grow (ref.null func) (local.get 0)))
    (loop
      (local.set 1 (i64.add (local.get 1) (i64.const 1)))
      (br_if 0 (i64.lt_u (local.get 1) (table.size))))
    local.get 1))
