;; A br_table of which several entries lead to one place: the path number is the place's, not the
;; entry's. And all entries and the default to one place: no branch at all.
;; run: shared(0) == 10
;; run: shared(1) == 20
;; run: shared(2) == 10
;; run: shared(3) == 30
;; run: shared(-1) == 30
;; run: values(0) == 6
;; run: values(1) == 5
;; run: values(2) == 6
;; run: values(0x80000000) == 6
;; run: one_place(7) == 1
;; Three places; two; one.
;; request: 0 min entry 3
;; request: 0 max entry 1 p0
;; request: 1 min entry 2
;; request: 2 min entry 1
(module
  (func (export "shared") (param i32) (result i32)
    (block (block (block (br_table 0 1 0 2 (local.get 0)))
      nop (return (i32.const 10)))
      nop nop (return (i32.const 20)))
    i32.const 30)
  (func (export "values") (param i32) (result i32)
    (block (result i32)
      (block (result i32) (br_table 0 1 0 0 (i32.const 5) (local.get 0)))
      (i32.add (i32.const 1))))
  (func (export "one_place") (param i32) (result i32)
    (block (br_table 0 0 0 (local.get 0)))
    i32.const 1))
