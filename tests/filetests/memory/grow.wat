;; Whether memory could grow decides a branch: no slice can find that out again.
;;
;; Five operators up to the `if`, one more, `else` or `end`, and `end`: 8 by unit. By wasmtime the
;; entry and the first six, and pages are free: 7.
;; run: f(1) == 2
;; fuel: 8 (unit)
;; fuel: 7 (wasmtime)
;; run: f(2) == 0
;; fuel: 8 (unit)
;; fuel: 7 (wasmtime)
;; request: f max entry 1 @1
;; request: f min entry 2
(module (memory 1 2) (func (export "f") (param i32) (result i32)
  (if (result i32) (i32.eq (memory.grow (local.get 0)) (i32.const -1))
    (then i32.const 0)
    (else memory.size))))
