;; A division by zero in the fourth of five rounds that are stepped over: all that is known is the
;; number of rounds there would have been, and where in a round it happened.
;;
;; A round is 11 operators by unit, 10 by wasmtime, where `drop` is free; up to and with the
;; division 5. In the first round at the earliest: loop (by wasmtime the entry) and 5, that is 6. At
;; most the whole nest: loop and 5 rounds of 11, 56 by unit; the entry and 5 rounds of 10, 51 by
;; wasmtime. (In truth 39 and 36, see `trap_in_told_loop.wat`.)
;; slices: chosen, max
;; run: f(5) == trap IntegerDivisionByZero
;; fuel: 6..56 (unit)
;; fuel: 6..51 (wasmtime)
;; request: f chosen entry 1; nest@0 p0
(module (func (export "f") (param i32)
  (loop
    (drop (i32.div_u (i32.const 6) (i32.sub (local.get 0) (i32.const 2))))
    (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
