;; A lock that is taken by exchanging 0 for 1: tried until it is free, which is when the owner, who
;; counts in the same loop, gives it back.
;; run: tries(1) == 1
;; run: tries(4) == 4
;; A narrow comparison looks at the bytes that it would exchange.
;; run: byte(0x105) == 1
;; run: byte(0x106) == 0
(module (memory 1 1 shared)
  (func (export "tries") (param i32) (result i32) (local i32)
    (if (i32.gt_u (local.get 0) (i32.const 1))
      (then (i32.atomic.store (i32.const 0) (i32.const 1))))
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (if (i32.eq (local.get 1) (local.get 0))
        (then (i32.atomic.store (i32.const 0) (i32.const 0))))
      (br_if 0 (i32.atomic.rmw.cmpxchg (i32.const 0) (i32.const 0) (i32.const 1))))
    local.get 1)
  (func (export "byte") (param i64) (result i32)
    (i64.atomic.store (i32.const 8) (local.get 0))
    (if (i64.eq
        (i64.atomic.rmw8.cmpxchg_u (i32.const 8) (i64.const 5) (i64.const 9)) (i64.const 5))
      (then nop (return (i32.const 1))))
    i32.const 0))
