;; run: f(0) == 7
;; run: f(1) == trap UnreachableCodeReached
(module (func (export "f") (param i32) (result i32)
  (if (local.get 0) (then unreachable))
  i32.const 7))
