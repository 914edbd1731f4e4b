;; The same in a nest: a round divides by the counter unless that is 0, and goes on while the
;; counter is below the bound, whatever the quotient, which decides a `nop`.
;;
;; A round: local.get if, i32.const local.get i32.div_u else or i32.const end, if, nop end when it
;; is not 0, then 7 that count. Round 0: 2 + 2 + 1 + 7 by unit, by wasmtime 2 + 1 + 1 + 7. Round 1
;; and 2, as 2 / 1 and 2 / 2 are not 0: 2 + 4 + 3 + 7, by wasmtime 2 + 3 + 1 + 7. Round 3: 2 + 4 + 1
;; + 7, by wasmtime 2 + 3 + 1 + 7. By unit also loop end end, by wasmtime the entry.
;; run: f(4) == ()
;; fuel: 61 (unit)
;; fuel: 51 (wasmtime)
;; run: f(0) == ()
;; fuel: 15 (unit)
;; fuel: 12 (wasmtime)
;; request: f max entry 1; nest@0 p0
(module (func (export "f") (param $n i32) (local $i i32)
  (loop
    (if (result i32) (local.get $i)
      (then (i32.div_u (i32.const 2) (local.get $i)))
      (else (i32.const 0)))
    (if (then nop))
    (br_if 0 (i32.lt_u
      (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))
