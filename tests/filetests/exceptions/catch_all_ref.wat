;; Whatever is thrown, caught with its reference, which is thrown again later: only then is its tag
;; looked at. Between the two the rounds of a loop.
;; run: f(0) == 10
;; run: f(1) == 7
;; run: f(2) == exception
(module
  (tag $a (param i32)) (tag $b)
  (func $throw (param i32)
    (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $a (i32.const 7))))
    (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $b))))
  (func (export "f") (param i32) (result i32) (local exnref i32)
    (block $done
      (block $caught (result exnref)
        (try_table (catch_all_ref $caught) (call $throw (local.get 0)))
        (br $done))
      local.set 1)
    (if (ref.is_null (local.get 1)) (then (return (i32.const 10))))
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 2) (i32.const 5))))
    (block $number (result i32)
      (try_table (catch $a $number) (throw_ref (local.get 1)))
      unreachable)))
