;; The size of memory as a bound: a source like a load, for it may change at any time.
;;
;; 8 operators in each of three rounds; by unit also loop end local.get end, by wasmtime the entry
;; and local.get.
;; run: f() == 3
;; fuel: 28 (unit)
;; fuel: 26 (wasmtime)
;; request: f max entry 1 @6 l0@1; header 1 @6 l0@1
;; request: f chosen entry 1; header 2
(module (memory 3) (func (export "f") (result i32) (local i32)
  (loop
    (local.set 0 (i32.add (local.get 0) (i32.const 1)))
    (br_if 0 (i32.lt_u (local.get 0) (memory.size))))
  local.get 0))
