;; A choice by `eqz` of one of the operands, 1 where the parameter is 0, that decides a branch. wasmi
;; 2.0.0 folds `eqz` and `select` into one operator and gives 0 there, so that the oracle under wasmi
;; goes the other way. Slices have no `select` and are right.
;; run: f(0) == 3
;; run: f(9) == 2
(module
  (func (export "f") (param i32) (result i32)
    (if (i32.eq (i32.const 1) (select (i32.const 1) (local.get 0) (i32.eqz (local.get 0))))
      (then nop (return (i32.const 3))))
    i32.const 2))
