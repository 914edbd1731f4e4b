;; Multiplied by three and one more, or halved: 6 3 10 5 16 8 4 2 1 takes 8 steps.
;;
;; The test is 4 operators. An odd step: the test, counting 4, parity 5, the arm 6, `else`, `br`: 21,
;; or 20 where `else` is free. An even one: 4 + 4 + 5, the arm 4, `end`, `br`: 19 or 18.
;; f(6) has 2 odd and 6 even steps and one last test, which leaves past both `end`s.
;; By unit: block, loop, 42 + 114 + 4, local.get, end. By wasmtime: entry, 40 + 108 + 4, local.get.
;; run: f(6) == 8
;; fuel: 164 (unit)
;; fuel: 154 (wasmtime)
;; run: f(1) == 0
;; fuel: 8 (unit)
;; run: f(27) == 111
;;
;; Everything follows from the parameter. It takes two words, and what has to be computed again makes
;; that dearer (16 + 32 + 12 values in 10 rounds) than the outcomes (10 rounds of 16): one path leaves
;; the loop, two go round.
;; request: 0 max entry 1; nest@1 p0
;; request: 0 min entry 1; header 3
;; request: 0 chosen entry 1; header 3
(module (func (export "f") (param i64) (result i32) (local i32)
  (block (loop
    (br_if 1 (i64.eq (local.get 0) (i64.const 1)))
    (local.set 1 (i32.add (local.get 1) (i32.const 1)))
    (if (i32.wrap_i64 (i64.and (local.get 0) (i64.const 1)))
      (then (local.set 0 (i64.add (i64.mul (local.get 0) (i64.const 3)) (i64.const 1))))
      (else (local.set 0 (i64.shr_u (local.get 0) (i64.const 1)))))
    (br 0)))
  local.get 1))
