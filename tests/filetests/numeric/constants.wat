;; Operators of constants, which a slice may compute when it is made: the same as when it runs.
;; The number of rounds is behind each.
;; run: shift() == 2
;; run: rotate() == 3
;; run: count() == 64
;; run: remainder() == 1
;; run: compare() == 1
;; run: extend() == 128
;; A division of constants that traps stays a trap.
;; run: divide() == trap IntegerDivisionByZero
;; fuel: 3 (unit)
;; fuel: 4 (wasmtime)
(module
  (func (export "shift") (result i32) (local i32)
    (loop
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 0) (i32.shl (i32.const 1) (i32.const 33)))))
    local.get 0)
  (func (export "rotate") (result i32) (local i32)
    (loop
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 0) (i32.rotl (i32.const 0x80000001) (i32.const 1)))))
    local.get 0)
  (func (export "count") (result i32) (local i32)
    (loop
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 0)
        (i32.add (i32.clz (i32.const 0)) (i32.ctz (i32.const 0))))))
    local.get 0)
  ;; The remainder is 0, so that the loop runs once.
  (func (export "remainder") (result i32) (local i32)
    (loop
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 0) (i32.rem_s (i32.const 0x80000000) (i32.const -1)))))
    local.get 0)
  ;; With signs 0 is not below -1.
  (func (export "compare") (result i32) (local i32)
    (loop
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if 0 (i32.lt_s (i32.const 0) (i32.const -1))))
    local.get 0)
  (func (export "extend") (result i32) (local i32)
    (loop
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 0)
        (i32.sub (i32.const 0) (i32.extend8_s (i32.const 0x80))))))
    local.get 0)
  (func (export "divide") (result i32)
    (if (result i32) (i32.div_u (i32.const 1) (i32.const 0))
      (then (i32.const 1)) (else nop (i32.const 2)))))
