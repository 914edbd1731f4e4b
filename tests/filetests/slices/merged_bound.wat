;; A bound that two ways assign. The nest records what its local holds where they meet.
;;
;; For 1: local.get if i32.const local.set else, for 0: local.get if local.get local.set end. Then
;; loop, 8 operators a round, end local.get end: 9 + 8 k by unit. By wasmtime the entry, 4, 8 k and
;; 1.
;; run: f(1, 9) == 3
;; fuel: 33 (unit)
;; fuel: 30 (wasmtime)
;; run: f(0, 9) == 9
;; fuel: 81 (unit)
;; fuel: 78 (wasmtime)
;; request: f max entry 1 p0; nest@8 l2@8
;; request: f min entry 2; header 2
;; request: f chosen entry 2; nest@8 l2@8
(module (func (export "f") (param $fixed i32) (param $n i32) (result i32)
  (local $bound i32) (local $i i32)
  (if (local.get $fixed)
    (then (local.set $bound (i32.const 3)))
    (else (local.set $bound (local.get $n))))
  (loop
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br_if 0 (i32.lt_u (local.get $i) (local.get $bound))))
  local.get $i))
