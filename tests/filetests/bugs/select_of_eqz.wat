;; A choice by `eqz` of one of the operands. An interpreter that folds the test into the choice must not
;; lose which operand it was: 1 where the parameter is 0, else the parameter itself.
;; run: f(0) == 1
;; run: f(1) == 1
;; run: f(5) == 5
;; run: swapped(0) == 1
;; run: swapped(5) == 1
(module
  (func (export "f") (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 1)
        (select (i32.const 1) (local.get 0) (i32.eqz (local.get 0))))))
    local.get 1)
  (func (export "swapped") (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 1)
        (select (local.get 0) (i32.const 1) (i32.eqz (local.get 0))))))
    local.get 1))
