;; Values of 64 bits are recorded as two words: both halves count, and so do all bits of a float.
;;
;; The rounds between two numbers above 2^40.
;; run: between(0x10000000000, 0x10000000003) == 3
;; run: between(0x1ffffffff, 0x200000002) == 3
;; run: between(-2, -1) == 1
;; run: halvings(1.5e300, 1e300) == 1
;; run: halvings(4e-320, 1e-320) == 3
;; request: 0 chosen entry 1; nest@0 p0 p1
;; request: 1 max entry 1; nest@0 p0 p1
(module
  (func (export "between") (param i64 i64) (result i32) (local i32)
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i64.lt_u
        (local.tee 0 (i64.add (local.get 0) (i64.const 1))) (local.get 1))))
    local.get 2)
  (func (export "halvings") (param f64 f64) (result i32) (local i32)
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (f64.ge
        (local.tee 0 (f64.mul (local.get 0) (f64.const 0.5))) (local.get 1))))
    local.get 2))
