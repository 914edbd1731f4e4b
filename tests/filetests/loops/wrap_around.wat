;; From -3 up to 0 around the end of the unsigned numbers: three rounds.
;; run: f(-3) == 3
(module (func (export "f") (param i32) (result i32) (local i32)
  (loop
    (local.set 1 (i32.add (local.get 1) (i32.const 1)))
    (br_if 0 (local.tee 0 (i32.add (local.get 0) (i32.const 1)))))
  local.get 1))
