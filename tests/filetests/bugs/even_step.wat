;; Down to exactly 0 in even steps, past the end of the numbers: in units of 2^28 by 5.
;;
;; From 3: 14 9 4 15 10 5 0. From 1: 12 7 2 13 8 3 14 9 4 15 10 5 0.
;; run: f(0x30000000) == 7
;; run: f(0x10000000) == 13
;; run: f(0x50000000) == 1
;; From 0 all 16 are passed.
;; run: f(0) == 16
;; In 64 bits by 3 * 2^60: from 1: 14 11 8 5 2 15 12 9 6 3 0.
;; run: wide(0x1000000000000000) == 11
;; request: 0 max entry 1; nest@0 p0
(module
  (func (export "f") (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 0x50000000)))))
    local.get 1)
  (func (export "wide") (param i64) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i64.ne
        (local.tee 0 (i64.sub (local.get 0) (i64.const 0x3000000000000000)))
        (i64.const 0))))
    local.get 1))
