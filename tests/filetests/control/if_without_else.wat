;; Where there is no `else`, a condition that is 0 leads behind the `end`, which then costs nothing.
;;
;; For 1: local.get if nop end end, 5 by unit; by wasmtime the entry, local.get and if, 3.
;; For 0: local.get if end, 3 by unit and 3 by wasmtime.
;; run: f(1) == ()
;; fuel: 5 (unit)
;; fuel: 3 (wasmtime)
;; run: f(0) == ()
;; fuel: 3 (unit)
;; fuel: 3 (wasmtime)
;; request: f max entry 1 p0
;; request: f min entry 2
;; request: f chosen entry 2
(module (func (export "f") (param i32)
  (if (local.get 0) (then nop))))
