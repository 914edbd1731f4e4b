;; Both arms of an `if` leave, so that its `end` and all behind it are dead.
;;
;; For 1: block local.get if i32.const br, and the last `end`: 6 by unit, 1 + 4 by wasmtime.
;; For 0: block local.get if i32.const return: 5 by unit, 1 + 3 by wasmtime.
;; run: f(1) == 1
;; fuel: 6 (unit)
;; fuel: 5 (wasmtime)
;; run: f(0) == 2
;; fuel: 5 (unit)
;; fuel: 4 (wasmtime)
;; request: f max entry 1 p0
;; request: f min entry 2
(module (func (export "f") (param i32) (result i32)
  (block $out (result i32)
    (if (local.get 0)
      (then (br $out (i32.const 1)))
      (else (return (i32.const 2))))
    unreachable)))
