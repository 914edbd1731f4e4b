;; Thrown and caught in one function, without a call in between: the value decides what follows.
;; run: f(3) == 30
;; run: f(2) == 20
;; run: f(0) == 10
(module
  (tag $number (param i32))
  (func (export "f") (param i32) (result i32) (local i32)
    (block $caught (result i32)
      (try_table (catch $number $caught)
        (if (local.get 0) (then (throw $number (local.get 0)))))
      (return (i32.const 10)))
    local.set 1
    (if (i32.and (local.get 1) (i32.const 1)) (then nop (return (i32.const 30))))
    i32.const 20))
