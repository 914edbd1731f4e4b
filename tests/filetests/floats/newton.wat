;; A square root by I. Newton's rule, until its square is near enough: 1.5, 1.41667, 1.414216,
;; 1.4142135624.
;; run: rounds(2) == 4
;; 4 starts with (4 + 1) / 2: 2.5, 2.05, 2.0006, 2.00000009, 2.000000000000002.
;; run: rounds(4) == 5
;; The engine's own root is as good: its square is the same to twelve places.
;; run: own(2) == 1
;; run: own(-1) == 0
(module
  (func (export "rounds") (param f64) (result i32) (local f64 i32)
    (local.set 1 (local.get 0))
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (local.set 1 (f64.div
        (f64.add (local.get 1) (f64.div (local.get 0) (local.get 1))) (f64.const 2)))
      (br_if 0 (f64.gt
        (f64.abs (f64.sub (f64.mul (local.get 1) (local.get 1)) (local.get 0)))
        (f64.const 1e-9))))
    local.get 2)
  (func (export "own") (param f64) (result i32) (local f64)
    (local.set 1 (f64.sqrt (local.get 0)))
    (if (result i32) (f64.lt
        (f64.abs (f64.sub (f64.mul (local.get 1) (local.get 1)) (local.get 0)))
        (f64.const 1e-12))
      (then nop (i32.const 1)) (else (i32.const 0)))))
