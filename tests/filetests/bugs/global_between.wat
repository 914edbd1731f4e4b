;; A global that is read before and after it is written: each read counts by itself, also where a loop
;; begins, and where a callee writes it.
;; run: f(4) == 7
;; run: f(1) == 4
;; run: through_a_call(3) == 5
(module
  (global $n (mut i32) (i32.const 3))
  (func $set (param i32) (global.set $n (local.get 0)))
  ;; 3 rounds, then as many as the parameter says.
  (func (export "f") (param i32) (result i32) (local i32 i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 1) (global.get $n))))
    (global.set $n (local.get 0))
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 2) (global.get $n))))
    (i32.add (local.get 1) (local.get 2)))
  ;; The bound grows by one in each of the first rounds: 4, 5, 5.
  (func (export "through_a_call") (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (if (i32.lt_u (global.get $n) (i32.add (local.get 0) (i32.const 2)))
        (then (call $set (i32.add (global.get $n) (i32.const 1)))))
      (br_if 0 (i32.lt_u (local.get 1) (global.get $n))))
    local.get 1))
