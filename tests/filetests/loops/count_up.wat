;; Counted up to an unsigned bound, tested at the end: at least one round.
;;
;; Body: 8 operators. By unit: also `loop`, both `end`s and the last local.get, 8 n + 4.
;; By wasmtime: the entry and the last local.get, 8 n + 2.
;; run: f(0) == 1
;; fuel: 12 (unit)
;; run: f(10) == 10
;; fuel: 84 (unit)
;; fuel: 82 (wasmtime)
(module (func (export "f") (param i32) (result i32) (local i32)
  (loop
    (local.set 1 (i32.add (local.get 1) (i32.const 1)))
    (br_if 0 (i32.lt_u (local.get 1) (local.get 0))))
  local.get 1))
