;; A `loop` that nothing branches back to is no loop, and its start no cut point.
;;
;; By unit loop i32.const end end: 4. By wasmtime the entry and i32.const: 2.
;; run: f() == 7
;; fuel: 4 (unit)
;; fuel: 2 (wasmtime)
;; request: f max entry 1
;; request: f min entry 1
;; request: f chosen entry 1
(module (func (export "f") (result i32)
  (loop (result i32) (i32.const 7))))
