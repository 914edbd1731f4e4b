;; The least there is: one operator, the function's `end`.
;;
;; By unit that is 1; by wasmtime the entry costs 1 and an `end` nothing.
;; run: f() == ()
;; fuel: 1 (unit)
;; fuel: 1 (wasmtime)
;; fuel: 1 (wasmtime-45)
;; One path, and nothing to tell.
;; request: f max entry 1
;; request: f min entry 1
;; request: f chosen entry 1
(module (func (export "f")))
