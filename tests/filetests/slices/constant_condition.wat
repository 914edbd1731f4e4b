;; A condition made of constants: max slices compute it from nothing, min slices do not look at it.
;;
;; i32.const i32.eqz if, nop is leapt over with its `end`, end: 4 by unit, 1 + 3 by wasmtime.
;; run: f() == ()
;; fuel: 4 (unit)
;; fuel: 4 (wasmtime)
;; request: f max entry 1
;; request: f min entry 2
;; request: f chosen entry 2
(module (func (export "f")
  (if (i32.eqz (i32.const 1)) (then nop))))
