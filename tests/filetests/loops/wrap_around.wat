;; From -3 up to 0 around the end of the unsigned numbers: three rounds.
;;
;; 9 operators a round; by unit also loop end local.get end, by wasmtime the entry and local.get.
;; run: f(-3) == 3
;; fuel: 31 (unit)
;; fuel: 29 (wasmtime)
;; request: f chosen entry 1; nest@0 p0
(module (func (export "f") (param i32) (result i32) (local i32)
  (loop
    (local.set 1 (i32.add (local.get 1) (i32.const 1)))
    (br_if 0 (local.tee 0 (i32.add (local.get 0) (i32.const 1)))))
  local.get 1))
