;; n(n+1)/2 rounds of the inner loop.
;; run: f(4) == 10
;; run: f(1) == 1
(module (func (export "f") (param i32) (result i32) (local i32 i32)
  (loop (local.set 1 (local.get 0))
    (loop (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
  local.get 2))
