;; Nothing behind a `return` is counted, cut or recorded, be it a loop, a branch or a call.
;;
;; By unit i32.const and return, by wasmtime the entry and i32.const: 2.
;; run: f() == 3
;; fuel: 2 (unit)
;; fuel: 2 (wasmtime)
;; request: f max entry 1
;; request: f min entry 1
;; check: plan f
(module
  (func $never (param i32))
  (func (export "f") (result i32)
    (return (i32.const 3))
    (loop
      (call $never (i32.const 1))
      (br_if 0 (i32.const 1))
      (br 0))
    (i32.const 4)))
