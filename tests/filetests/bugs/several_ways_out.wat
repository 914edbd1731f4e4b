;; A nest that is left at its end, from its middle, and by returning: what follows differs.
;;
;; run: f(10, 4, 20) == 104
;; run: f(10, 20, 4) == 204
;; run: f(3, 20, 20) == 3
;; From the inner of two loops past the outer one.
;; run: both(5, 7) == 7
;; run: both(2, 7) == 4
;; run: both(9, 100) == 81
(module
  (func (export "f") (param i32 i32 i32) (result i32) (local i32)
    (block $out
      (loop
        (local.set 3 (i32.add (local.get 3) (i32.const 1)))
        (br_if $out (i32.eq (local.get 3) (local.get 1)))
        (if (i32.eq (local.get 3) (local.get 2))
          (then nop nop (return (i32.add (local.get 3) (i32.const 200)))))
        (br_if 0 (i32.lt_u (local.get 3) (local.get 0))))
      (return (local.get 3)))
    nop
    (i32.add (local.get 3) (i32.const 100)))
  (func (export "both") (param i32 i32) (result i32) (local i32 i32 i32)
    (block $out
      (loop $outer
        (local.set 3 (i32.const 0))
        (loop $inner
          (local.set 4 (i32.add (local.get 4) (i32.const 1)))
          (br_if $out (i32.ge_u (local.get 4) (local.get 1)))
          (local.set 3 (i32.add (local.get 3) (i32.const 1)))
          (br_if $inner (i32.lt_u (local.get 3) (local.get 0))))
        (local.set 2 (i32.add (local.get 2) (i32.const 1)))
        (br_if $outer (i32.lt_u (local.get 2) (local.get 0)))))
    local.get 4))
