;; Division by zero, and the one quotient that has no place. The remainder of that one is 0.
;;
;; Two operands and the division are executed: by unit 3, by wasmtime with the entry 4.
;; run: div_s(7, 0) == trap IntegerDivisionByZero
;; fuel: 3 (unit)
;; fuel: 4 (wasmtime)
;; run: div_s(-2147483648, -1) == trap IntegerOverflow
;; fuel: 3 (unit)
;; A quotient below zero takes the arm with two `nop`s: 3, const, lt_s, if, nop, nop, const, `else`, end.
;; run: div_s(-7, 2) == 1
;; fuel: 11 (unit)
;; fuel: 8 (wasmtime)
;; run: div_s(7, 2) == 0
;; run: rem_s(-2147483648, -1) == 0
;; run: rem_s(-7, 2) == 1
;; run: rem_s(7, 0) == trap IntegerDivisionByZero
;; run: div_u(-2147483648, -1) == 0
;; run: div_u(-1, 1) == 1
;; run: div_u(1, 0) == trap IntegerDivisionByZero
;; run: rem_u(1, 0) == trap IntegerDivisionByZero
;; run: i64(0x8000000000000000, -1) == trap IntegerOverflow
;; run: i64(7, 0) == trap IntegerDivisionByZero
;; run: i64(-7, 2) == -3
;; request: 0 max entry 1 p0 p1
;; request: 0 min entry 2
(module
  (func (export "div_s") (param i32 i32) (result i32)
    (if (result i32) (i32.lt_s (i32.div_s (local.get 0) (local.get 1)) (i32.const 0))
      (then nop nop (i32.const 1)) (else (i32.const 0))))
  (func (export "rem_s") (param i32 i32) (result i32)
    (if (result i32) (i32.lt_s (i32.rem_s (local.get 0) (local.get 1)) (i32.const 0))
      (then nop nop (i32.const 1)) (else (i32.const 0))))
  (func (export "div_u") (param i32 i32) (result i32)
    (if (result i32) (i32.lt_s (i32.div_u (local.get 0) (local.get 1)) (i32.const 0))
      (then nop nop (i32.const 1)) (else (i32.const 0))))
  (func (export "rem_u") (param i32 i32) (result i32)
    (if (result i32) (i32.rem_u (local.get 0) (local.get 1))
      (then nop nop (i32.const 1)) (else (i32.const 0))))
  (func (export "i64") (param i64 i64) (result i64)
    (if (result i64) (i64.lt_s (i64.div_s (local.get 0) (local.get 1)) (i64.const 0))
      (then nop nop (i64.div_s (local.get 0) (local.get 1))) (else (i64.const 0)))))
