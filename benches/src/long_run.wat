;; Some 10 seconds: Fibonacci's numbers by calls, then the lengths of Collatz's sequences.
(module
  (func $fibonacci (param $n i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else
        (i32.add
          (call $fibonacci (i32.sub (local.get $n) (i32.const 1)))
          (call $fibonacci (i32.sub (local.get $n) (i32.const 2)))))))
  (func $collatz (param $n i64) (result i32) (local $steps i32)
    (loop $again
      (if (i64.eqz (i64.and (local.get $n) (i64.const 1)))
        (then (local.set $n (i64.shr_u (local.get $n) (i64.const 1))))
        (else (local.set $n (i64.add (i64.mul (local.get $n) (i64.const 3)) (i64.const 1)))))
      (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
      (br_if $again (i64.gt_u (local.get $n) (i64.const 1))))
    (local.get $steps))
  (func (export "_start") (local $n i64)
    (drop (call $fibonacci (i32.const 45)))
    (loop $next
      (drop (call $collatz (local.tee $n (i64.add (local.get $n) (i64.const 1)))))
      (br_if $next (i64.lt_u (local.get $n) (i64.const 12000000))))))
