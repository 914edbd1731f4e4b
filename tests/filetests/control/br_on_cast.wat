;; A branch on a value's type at run time: told, like every branch on a reference.
;;
;; Up to br_on_cast 7 operators, all but `block` at a price. For 5: i31.get_s end, 9 by unit and
;; 1 + 7 by wasmtime. For 0: drop i32.const return, 10 by unit and 1 + 7 by wasmtime.
;; run: f(5) == 5
;; fuel: 9 (unit)
;; fuel: 8 (wasmtime)
;; run: f(0) == -1
;; fuel: 10 (unit)
;; fuel: 8 (wasmtime)
;; request: f max entry 2
;; request: f min entry 2
(module (func (export "f") (param i32) (result i32)
  (block $number (result (ref i31))
    (br_on_cast $number anyref (ref i31)
      (select (result anyref) (ref.i31 (local.get 0)) (ref.null any) (local.get 0)))
    drop
    (return (i32.const -1)))
  i31.get_s))
