;; An `if` that takes a value from the stack, which both arms change.
;;
;; Before and with the `if` 3 operators, in each arm 2 and then an `else` or `end`, and the last
;; `end`: 7 by unit. By wasmtime the entry, 3 and 2: 6.
;; run: f(1) == 11
;; fuel: 7 (unit)
;; fuel: 6 (wasmtime)
;; run: f(0) == 20
;; fuel: 7 (unit)
;; fuel: 6 (wasmtime)
;; request: f max entry 1 p0
;; request: f chosen entry 2
(module (func (export "f") (param i32) (result i32)
  i32.const 10
  local.get 0
  (if (param i32) (result i32)
    (then i32.const 1 i32.add)
    (else i32.const 2 i32.mul))))
