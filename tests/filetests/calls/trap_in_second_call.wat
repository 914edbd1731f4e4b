;; The same function twice: its nest ends well for 9, and for 4 it traps in the fourth round.
;;
;; The caller: i32.const call local.get call, by wasmtime and its entry, 4 and 5. For 9: loop, one
;; round of 7, end end, 10; by wasmtime entry and round, 8. For 4, known to have trapped with the
;; sixth operator of one of four rounds: 1 + 6 to 1 + 28, by wasmtime too.
;; run: f(4) == trap IntegerDivisionByZero
;; fuel: 21..43 (unit)
;; fuel: 20..42 (wasmtime)
;; request: $divide max entry 1; nest@0 p0
;; request: f max entry 1; resume 1; resume 1
(module
  (func $divide (param i32)
    (loop
      (br_if 0 (i32.div_u
        (i32.const 6)
        (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
  (func (export "f") (param i32)
    (call $divide (i32.const 9))
    (call $divide (local.get 0))))
