;; Counter and bound both move: towards each other, or the same way with different steps.
;; run: towards(0, 10) == 5
;; run: towards(0, 11) == 6
;; run: towards(10, 0) == 1
;; run: chased(0, 10) == 10
;; run: chased(20, 10) == 1
;; A bound that doubles is caught by a counter that triples: 3 100 9 200 27 400 81 800 243 …
;; run: geometric(1, 100) == 12
;; The step is a parameter.
;; run: stepped(3, 10) == 4
;; run: stepped(-1, -4) == 1
(module
  (func (export "towards") (param i32 i32) (result i32) (local i32)
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_s (local.get 0) (local.get 1))))
    local.get 2)
  (func (export "chased") (param i32 i32) (result i32) (local i32)
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (local.set 0 (i32.add (local.get 0) (i32.const 2)))
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_s (local.get 0) (local.get 1))))
    local.get 2)
  (func (export "geometric") (param i64 i64) (result i32) (local i32)
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (local.set 0 (i64.mul (local.get 0) (i64.const 3)))
      (local.set 1 (i64.mul (local.get 1) (i64.const 2)))
      (br_if 0 (i64.lt_u (local.get 0) (local.get 1))))
    local.get 2)
  (func (export "stepped") (param i32 i32) (result i32) (local i32 i32)
    (loop
      (local.set 3 (i32.add (local.get 3) (i32.const 1)))
      (br_if 0 (i32.lt_s
        (local.tee 2 (i32.add (local.get 2) (local.get 0))) (local.get 1))))
    local.get 3))
