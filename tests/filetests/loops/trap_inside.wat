;; A division whose divisor counts down to 0: the trap leaves the loop.
;; run: f(3) == trap IntegerDivisionByZero
(module (func (export "f") (param i32) (result i32)
  (loop (drop (i32.div_u (i32.const 6) (local.get 0)))
    (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
    (br 0))
  unreachable))
