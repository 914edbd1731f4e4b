;; The bound is kept from a call: the nest records what it returned.
;;
;; The callee costs 4 by unit, 1 + 3 by wasmtime. The caller: local.get call local.set, loop, six
;; rounds of 8, end local.get end: 55 by unit, 1 + 3 + 48 + 1 by wasmtime.
;; run: f(5) == 6
;; fuel: 59 (unit)
;; fuel: 57 (wasmtime)
;; request: f max entry 1; resume 1; nest@3 @1
;; request: f min entry 1; resume 1; header 2
;; request: f chosen entry 1; resume 1; nest@3 @1
(module
  (func $bound (param i32) (result i32) (return (i32.add (local.get 0) (i32.const 1))))
  (func (export "f") (param i32) (result i32) (local i32 i32)
    (local.set 1 (call $bound (local.get 0)))
    (loop (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 2) (local.get 1))))
    local.get 2))
