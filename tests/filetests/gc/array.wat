;; An array of squares, searched for the first that is large enough.
;; run: first_above(10) == 4
;; run: first_above(-1) == 0
;; run: first_above(100) == trap ArrayOutOfBounds
;; run: negative_length(-1) == trap AllocationTooLarge
(module
  (type $squares (array (mut i32)))
  (func (export "first_above") (param i32) (result i32) (local $a (ref null $squares)) (local $i i32)
    (local.set $a (array.new_default $squares (i32.const 8)))
    (loop
      (array.set $squares (local.get $a) (local.get $i)
        (i32.mul (local.get $i) (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get $i) (array.len (local.get $a)))))
    (local.set $i (i32.const 0))
    (block (loop
      (br_if 1 (i32.gt_s (array.get $squares (local.get $a) (local.get $i)) (local.get 0)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br 0)))
    local.get $i)
  (func (export "negative_length") (param i32) (result i32)
    (if (array.len (array.new_default $squares (local.get 0))) (then (return (i32.const 1))))
    i32.const 0))
