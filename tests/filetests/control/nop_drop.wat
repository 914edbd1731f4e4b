;; What is free in Wasmtime, and what is not: nop and drop are, local.tee and local.set are not.
;;
;; 8 operators by unit; by wasmtime the entry, local.get local.tee local.set i32.const.
;; run: f(3) == ()
;; fuel: 8 (unit)
;; fuel: 5 (wasmtime)
;; fuel: 5 (wasmtime-45)
(module (func (export "f") (param i32)
  nop
  (local.set 0 (local.tee 0 (local.get 0)))
  (drop (i32.const 1))
  nop))
