;; Code behind a branch is never reached: a loop there is no loop, and nothing in it is charged.
;;
;; By unit: block, get, br_if, and either br, get, end or get, end. `end`s are jumped past.
;; run: f(0) == 0
;; fuel: 6 (unit)
;; run: f(3) == 3
;; fuel: 5 (unit)
;; request: 0 min entry 2
(module (func (export "f") (param i32) (result i32)
  (block
    (br_if 0 (local.get 0))
    (br 0)
    (loop (br_if 0 (i32.const 1)) (drop (i32.div_u (i32.const 1) (i32.const 0)))))
  local.get 0))
