;; The sign of a NaN decides a branch. Which NaN 0/0 gives is the engine's choice, so the test
;; passes it through copysign, which makes the bits' sign certain.
;; run: f(1) == 0
;; run: f(-1) == 1
(module (func (export "f") (param f32) (result i32)
  (if (result i32) (i32.lt_s (i32.reinterpret_f32 (f32.copysign
      (f32.div (f32.const 0) (f32.const 0)) (local.get 0))) (i32.const 0))
    (then i32.const 1) (else i32.const 0))))
