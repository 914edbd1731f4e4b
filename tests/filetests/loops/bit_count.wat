;; As many rounds as the parameter has bits: no closed form, but nothing else to record.
;;
;; A round is 14 operators, the last test 3; by unit also block loop local.get end: 14 k + 7. By
;; wasmtime the entry and local.get: 14 k + 5.
;; run: f(-1) == 32
;; fuel: 455 (unit)
;; fuel: 453 (wasmtime)
;; run: f(5) == 2
;; fuel: 35 (unit)
;; fuel: 33 (wasmtime)
;; run: f(0) == 0
;; fuel: 7 (unit)
;; request: f max entry 1; nest@1 p0
;; request: f chosen entry 1; nest@1 p0
(module (func (export "f") (param $bits i32) (result i32) (local $count i32)
  (block (loop
    (br_if 1 (i32.eqz (local.get $bits)))
    (local.set $bits (i32.and (local.get $bits) (i32.sub (local.get $bits) (i32.const 1))))
    (local.set $count (i32.add (local.get $count) (i32.const 1)))
    (br 0)))
  local.get $count))
