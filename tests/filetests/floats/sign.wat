;; Of 3 and the sign of the second number: abs and neg, and copysign, which shows the sign of a NaN
;; too and is therefore recorded.
;; run: copied(3, -0) == 1
;; run: copied(3, 0) == 0
;; run: copied(-3, inf) == 0
;; run: negated(3) == 1
;; run: negated(-3) == 0
;; run: negated(nan) == 0
;; run: absolute(-3) == 3
;; run: absolute(2) == 2
;; request: 0 max entry 1 @2
;; request: 1 max entry 1 p0
(module
  (func (export "copied") (param f64 f64) (result i32)
    (if (f64.lt (f64.copysign (local.get 0) (local.get 1)) (f64.const 0))
      (then nop (return (i32.const 1))))
    i32.const 0)
  (func (export "negated") (param f64) (result i32)
    (if (f64.lt (f64.neg (local.get 0)) (f64.const 0)) (then nop (return (i32.const 1))))
    i32.const 0)
  (func (export "absolute") (param f32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (f32.lt (f32.convert_i32_u (local.get 1)) (f32.abs (local.get 0)))))
    local.get 1))
