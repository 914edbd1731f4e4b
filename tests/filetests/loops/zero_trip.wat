;; Tested before the body: no round for 0, and 3 for 3.
;; run: f(0) == 0
;; run: f(3) == 6
(module (func (export "f") (param i32) (result i32) (local i32)
  (block (loop (br_if 1 (i32.eqz (local.get 0)))
    (local.set 1 (i32.add (local.get 1) (local.get 0)))
    (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
    (br 0)))
  local.get 1))
