;; A counter that lives in a global is not known from the entry: each round is told.
;;
;; 8 operators a round; by unit also loop end end, by wasmtime the entry.
;; run: f(4) == ()
;; fuel: 35 (unit)
;; fuel: 33 (wasmtime)
;; request: f max entry 1 @5 p0; header 1 @5 p0
;; request: f min entry 1; header 2
;; request: f chosen entry 1; header 2
(module (global $i (mut i32) (i32.const 0)) (func (export "f") (param i32)
  (loop
    (global.set $i (i32.add (global.get $i) (i32.const 1)))
    (br_if 0 (i32.lt_u (global.get $i) (local.get 0))))))
