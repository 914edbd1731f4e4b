;; A call of a function with one way that can't trap, calls nothing and changes nothing is an operator of
;; its caller: no event tells of it.
;;
;; $is_digit has 6 operators, `end` among them: 6 by unit, 1 + 5 by wasmtime. A round of the loop is
;; local.get call local.get i32.add local.set, 5, and local.get i32.const i32.sub local.tee br_if, 5: with the
;; callee 16 by both. The call behind `if` is reached once.
;; f(3) by unit is loop, three rounds, end; local.get i32.eqz if; local.get call, the callee, drop end;
;; local.get end, 1 + 48 + 1 + 3 + 2 + 6 + 2 + 2. By wasmtime there are no loop, drop and ends, but the entry,
;; 1 + 48 + 3 + 2 + 6 + 1.
;; run: f(3) == 0
;; fuel: 65 (unit)
;; fuel: 61 (wasmtime)
;; request: f min entry 1; header 3
;; request: $is_digit chosen entry 1
(module
  (func $is_digit (param i32) (result i32)
    (i32.lt_u (i32.sub (local.get 0) (i32.const 48)) (i32.const 10)))
  (func (export "f") (param $n i32) (result i32) (local $digits i32)
    (loop $again
      (local.set $digits (i32.add (call $is_digit (local.get $n)) (local.get $digits)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (if (i32.eqz (local.get $n)) (then (drop (call $is_digit (local.get $n)))))
    local.get $digits))
