;; One branch, on the parameter: its value decides, or its outcome.
;; run: f(0) == 2
;; run: f(1) == 1
;; check: ir 0
;; The only branch tests local 0, which is parameter 0.
;; request: 0 max entry 1 p0
(module (func (export "f") (param i32) (result i32)
  (block (br_if 0 (local.get 0)) (return (i32.const 2)))
  (i32.const 1)))
