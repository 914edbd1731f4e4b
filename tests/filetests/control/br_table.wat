;; run: f(0) == 10
;; run: f(1) == 20
;; run: f(2) == 30
;; run: f(-1) == 30
;; The only branch chooses by parameter 0.
;; request: 0 max entry 1 p0
(module (func (export "f") (param i32) (result i32)
  (block (block (block (br_table 0 1 2 (local.get 0))) (return (i32.const 10)))
    (return (i32.const 20)))
  (i32.const 30)))
