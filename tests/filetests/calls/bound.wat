;; The bound is kept from a call.
;; run: f(5) == 6
(module
  (func $bound (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func (export "f") (param i32) (result i32) (local i32 i32)
    (local.set 1 (call $bound (local.get 0)))
    (loop (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 2) (local.get 1))))
    local.get 2))
