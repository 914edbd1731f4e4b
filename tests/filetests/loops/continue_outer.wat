;; An inner loop that goes on with the next round of the outer one: it is left by no `end`.
;;
;; i has 1 + l bits: l inner rounds of 11, and a last test of 6. An outer round is 17 + 11 l by
;; unit, 16 + 11 l by wasmtime. 1, 2, 3 and 4 make l 0 + 1 + 1 + 2. The last outer test is 4; by
;; unit also block loop local.get end, by wasmtime the entry and local.get.
;; run: f(4) == 4
;; fuel: 120 (unit)
;; fuel: 114 (wasmtime)
;; run: f(0) == 0
;; fuel: 8 (unit)
;; fuel: 6 (wasmtime)
;; request: f max entry 1; nest@1 p0
;; request: f min entry 1; header 2; header 2
;; request: f chosen entry 1; nest@1 p0
(module (func (export "f") (param $n i32) (result i32)
  (local $i i32) (local $j i32) (local $rounds i32)
  (block $done (loop $outer
    (br_if $done (i32.eq (local.get $i) (local.get $n)))
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (local.set $j (local.get $i))
    (loop $inner
      (br_if $outer (i32.eqz (local.tee $j (i32.shr_u (local.get $j) (i32.const 1)))))
      (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
      (br $inner))))
  local.get $rounds))
