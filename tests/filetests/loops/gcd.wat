;; Euclid: a division that could trap, and never does, decides how often the loop runs.
;;
;; A round is 10 operators, the last test 3; by unit also block loop local.get end: 10 k + 7. By
;; wasmtime the entry and local.get: 10 k + 5. 12 18, 18 12, 12 6, 6 0: 3 rounds.
;; run: gcd(12, 18) == 6
;; fuel: 37 (unit)
;; fuel: 35 (wasmtime)
;; run: gcd(7, 0) == 7
;; fuel: 7 (unit)
;; fuel: 5 (wasmtime)
;; request: gcd max entry 1; nest@1 p0 p1
;; request: gcd min entry 1; header 2
;; request: gcd chosen entry 1; nest@1 p0 p1
(module (func (export "gcd") (param $a i32) (param $b i32) (result i32)
  (block (loop
    (br_if 1 (i32.eqz (local.get $b)))
    local.get $b
    (local.set $b (i32.rem_u (local.get $a) (local.get $b)))
    local.set $a
    (br 0)))
  local.get $a))
