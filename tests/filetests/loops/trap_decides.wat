;; A division that decides whether the loop goes on, until it traps: 6 / 2, 6 / 1, 6 / 0. Whoever
;; replays it divides by zero too, and has to live with that.
;;
;; One round of 7 for 9, since 6 / 8 is 0: by unit also loop end end, by wasmtime the entry.
;; run: f(9) == ()
;; fuel: 10 (unit)
;; fuel: 8 (wasmtime)
;; Three for 3, of which the last ends with the sixth operator: 21 by unit and by wasmtime. But what
;; is known is that it trapped there in one of the rounds of the replay, 1 + 6 at least, 1 + 21 at
;; most.
;; run: f(3) == trap IntegerDivisionByZero
;; fuel: 7..22 (unit)
;; fuel: 7..22 (wasmtime)
;; request: f max entry 1; nest@0 p0
;; request: f chosen entry 1; nest@0 p0
(module (func (export "f") (param i32)
  (loop
    (br_if 0 (i32.div_u
      (i32.const 6)
      (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))))
