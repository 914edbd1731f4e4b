;; Digits of a number of 64 bits, without and with a sign: how many, and what they add up to.
;;
;; 18446744073709551615 has 20.
;; run: count(-1) == 20
;; run: count(0) == 1
;; run: count(999) == 3
;; run: count(1000) == 4
;; A remainder has the sign of what is divided: -1 - 2 - 3.
;; run: sum(123) == 6
;; run: sum(-123) == -6
;; run: sum(0x8000000000000000) == -89
;; request: 0 max entry 1; nest@0 p0
(module
  (func (export "count") (param i64) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i64.ne
        (local.tee 0 (i64.div_u (local.get 0) (i64.const 10))) (i64.const 0))))
    local.get 1)
  (func (export "sum") (param i64) (result i64) (local i64)
    (loop
      (local.set 1 (i64.add (local.get 1) (i64.rem_s (local.get 0) (i64.const 10))))
      (br_if 0 (i64.ne
        (local.tee 0 (i64.div_s (local.get 0) (i64.const 10))) (i64.const 0))))
    ;; What is left by division without a sign is never below zero.
    (if (i64.lt_s (i64.rem_u (local.get 1) (i64.const 10)) (i64.const 0)) (then unreachable))
    local.get 1))
