;; Two locals that change places in each round, as in Fibonacci's numbers, up to a bound.
;;
;; 14 operators a round, 2 before; by unit also loop end local.get end: 14 k + 6. By wasmtime the
;; entry and local.get: 14 k + 4. The second local is 1 2 3 5 8 13: 6 rounds to 10.
;; run: f(10) == 6
;; fuel: 90 (unit)
;; fuel: 88 (wasmtime)
;; run: f(0) == 1
;; fuel: 20 (unit)
;; fuel: 18 (wasmtime)
;; request: f max entry 1; nest@2 p0
;; request: f min entry 1; header 2
;; request: f chosen entry 1; nest@2 p0
;; check: slices f
(module (func (export "f") (param $n i32) (result i32)
  (local $a i32) (local $b i32) (local $rounds i32)
  (local.set $b (i32.const 1))
  (loop
    local.get $b
    (local.set $b (i32.add (local.get $a) (local.get $b)))
    local.set $a
    (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
    (br_if 0 (i32.lt_u (local.get $b) (local.get $n))))
  local.get $rounds))
