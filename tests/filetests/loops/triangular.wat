;; n(n+1)/2 rounds of the inner loop, tested at the end.
;;
;; 9 operators an inner round. An outer round for i is 9 + 9 i by unit, 7 + 9 i by wasmtime, where
;; loop and end are free. By unit also loop end local.get end, by wasmtime the entry and local.get.
;; run: f(4) == 10
;; fuel: 130 (unit)
;; fuel: 120 (wasmtime)
;; run: f(1) == 1
;; fuel: 22 (unit)
;; fuel: 18 (wasmtime)
;; request: f chosen entry 1; nest@0 p0
(module (func (export "f") (param i32) (result i32) (local i32 i32)
  (loop (local.set 1 (local.get 0))
    (loop (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
  local.get 2))
