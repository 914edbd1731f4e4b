;; -0 is the lesser zero, and a NaN is both least and greatest. The reciprocal tells which zero it is:
;; 1 below zero, 2 above, 3 for a NaN, each after as many `nop`s.
;; run: min(0, -0) == 1
;; run: min(-0, 0) == 1
;; run: max(0, -0) == 2
;; run: max(-0, -0) == 1
;; run: min(nan, 1) == 3
;; run: max(1, nan) == 3
;; run: min(inf, 5) == 2
;; run: max(-inf, -5) == 1
;;
;; NaNs differ in their bits alone, and a comparison doesn't show them: all is computed again.
;; request: 0 max entry 1 p0 p1
(module
  (func (export "min") (param f32 f32) (result i32) (local f32)
    (local.set 2 (f32.div (f32.const 1) (f32.min (local.get 0) (local.get 1))))
    (if (f32.lt (local.get 2) (f32.const 0)) (then nop (return (i32.const 1))))
    (if (f32.gt (local.get 2) (f32.const 0)) (then nop nop (return (i32.const 2))))
    nop nop nop
    i32.const 3)
  (func (export "max") (param f64 f64) (result i32) (local f64)
    (local.set 2 (f64.div (f64.const 1) (f64.max (local.get 0) (local.get 1))))
    (if (f64.lt (local.get 2) (f64.const 0)) (then nop (return (i32.const 1))))
    (if (f64.gt (local.get 2) (f64.const 0)) (then nop nop (return (i32.const 2))))
    nop nop nop
    i32.const 3))
