;; A loop whose body throws every other time: the handler goes round, and so does the rest.
;; run: f(6) == 3
;; run: f(1) == 1
;; Control comes back into the loop from the handler: it is no nest. Behind the catch as behind the call
;; the loop goes round or ends.
;; request: 1 chosen entry 1; landing 2; resume 2
(module
  (tag $odd)
  (func $check (param i32)
    (if (i32.and (local.get 0) (i32.const 1)) (then (throw $odd))))
  (func (export "f") (param i32) (result i32) (local i32)
    (loop
      (block $next
        (block $caught
          (try_table (catch $odd $caught) (call $check (local.get 0)))
          (br $next))
        (local.set 1 (i32.add (local.get 1) (i32.const 1))))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    local.get 1))
