;; A loop that could be stepped over, but would be dear to replay: chosen slices tell its rounds.
;;
;; Ten rounds of its slice, and three words for the
;; event and its i64, cost more than the 160 of ten events. 27 operators a round; by unit also loop end
;; local.get end, by wasmtime the entry and local.get.
;; run: f(0) == 1
;; fuel: 31 (unit)
;; fuel: 29 (wasmtime)
;; run: f(5) == 5
;; fuel: 139 (unit)
;; fuel: 137 (wasmtime)
;; request: f max entry 1; nest@0 p0
;; request: f min entry 1; header 2
;; request: f chosen entry 1; header 2
;; check: slices f
(module (func (export "f") (param $x i64) (result i32) (local $rounds i32)
  (loop
    (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
    (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 13))))
    (local.set $x (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 7))))
    (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 17))))
    (br_if 0 (i32.wrap_i64 (i64.and (local.get $x) (i64.const 7)))))
  local.get $rounds))
