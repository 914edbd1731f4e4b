;; A division that the program doesn't get to must not be computed: neither in a region nor, where its
;; operands don't change, ahead of a loop.
;; run: guarded(0, 0) == 3
;; run: guarded(1, 4) == 1
;; run: guarded(1, 100) == 2
;; run: guarded(1, 0) == trap IntegerDivisionByZero
;; get, if, const, get, div: the only way to the division.
;; fuel: 5 (unit)
;; fuel: 6 (wasmtime)
;; run: in_loop(0, 5) == 5
;; run: in_loop(3, 20) == 7
;; 0 get, 1 if, 2 const, 3 get, 4 div_u, 5 if
;; request: 0 max entry 1 p0 p1
(module
  (func (export "guarded") (param i32 i32) (result i32)
    (if (local.get 0)
      (then
        (if (i32.div_u (i32.const 10) (local.get 1)) (then nop (return (i32.const 1))))
        (return (i32.const 2))))
    i32.const 3)
  ;; Counts in steps of 1, or of the quotient of 10 if the divisor isn't 0.
  (func (export "in_loop") (param i32 i32) (result i32) (local i32 i32)
    (loop
      (local.set 3 (i32.add (local.get 3) (i32.const 1)))
      (if (local.get 0)
        (then (local.set 2 (i32.add (local.get 2) (i32.div_u (i32.const 10) (local.get 0)))))
        (else (local.set 2 (i32.add (local.get 2) (i32.const 1)))))
      (br_if 0 (i32.lt_u (local.get 2) (local.get 1))))
    local.get 3))
