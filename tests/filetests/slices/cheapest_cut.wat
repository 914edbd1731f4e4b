;; A bound made of two parameters. Max slices go back to both, chosen ones record the sum: one word.
;;
;; 6 operators before, 8 in each of k rounds; by unit also loop end local.get end, 8 k + 10; by
;; wasmtime the entry and local.get, 8 k + 8. 3 * 3 + 1 is 10 rounds.
;; run: f(3, 1) == 10
;; fuel: 90 (unit)
;; fuel: 88 (wasmtime)
;; run: f(0, 0) == 1
;; fuel: 18 (unit)
;; fuel: 16 (wasmtime)
;; request: f max entry 1; nest@6 p0 p1
;; request: f min entry 1; header 2
;; request: f chosen entry 1; nest@6 @4
;; check: slices f max
;; check: slices f chosen
;; check: slices f min
(module (func (export "f") (param $a i32) (param $b i32) (result i32)
  (local $bound i32) (local $i i32)
  (local.set $bound (i32.add (i32.mul (local.get $a) (local.get $a)) (local.get $b)))
  (loop
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br_if 0 (i32.lt_u (local.get $i) (local.get $bound))))
  local.get $i))
