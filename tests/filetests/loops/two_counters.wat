;; Two counters that run towards each other: each round brings them 2 nearer.
;;
;; A round is 17 operators, the last test 4; by unit also block loop local.get end: 17 k + 8. By
;; wasmtime the entry and local.get: 17 k + 6.
;; run: f(0, 10) == 5
;; fuel: 93 (unit)
;; fuel: 91 (wasmtime)
;; run: f(0, 9) == 5
;; fuel: 93 (unit)
;; run: f(3, 3) == 0
;; fuel: 8 (unit)
;; fuel: 6 (wasmtime)
;; At both ends of the signed numbers.
;; run: f(2147483646, 2147483647) == 1
;; fuel: 25 (unit)
;; run: f(-2147483648, -2147483646) == 1
;; fuel: 25 (unit)
;; request: f max entry 1; nest@1 p0 p1
;; request: f min entry 1; header 2
;; request: f chosen entry 1; nest@1 p0 p1
(module (func (export "f") (param $i i32) (param $j i32) (result i32) (local $rounds i32)
  (block (loop
    (br_if 1 (i32.ge_s (local.get $i) (local.get $j)))
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (local.set $j (i32.sub (local.get $j) (i32.const 1)))
    (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
    (br 0)))
  local.get $rounds))
