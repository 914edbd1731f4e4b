;; Nobody knows how long this takes, but it depends on the first number alone.
;;
;; A round is 4 + 4 operators, then 4 and `end` (even) or 6 and `else` (odd), then 5: 18 or 20 by
;; unit, 17 or 19 by wasmtime. 6 3 10 5 16 8 4 2 1: 6 even rounds, 2 odd ones, and a last test of 4.
;; By unit block loop local.get end more, by wasmtime the entry and local.get.
;; run: f(6) == 8
;; fuel: 156 (unit)
;; fuel: 146 (wasmtime)
;; run: f(1) == 0
;; fuel: 8 (unit)
;; fuel: 6 (wasmtime)
;; Two words cost as much as 32 operators replayed, and ten rounds of its slice more than the 128
;; that ten events leave: the chosen slices tell.
;; request: f max entry 1; nest@1 p0
;; request: f min entry 1; header 3
;; request: f chosen entry 1; header 3
(module (func (export "f") (param $n i32) (result i32) (local $steps i32)
  (block $done (loop
    (br_if $done (i32.eq (local.get $n) (i32.const 1)))
    (if (i32.and (local.get $n) (i32.const 1))
      (then (local.set $n (i32.add (i32.mul (local.get $n) (i32.const 3)) (i32.const 1))))
      (else (local.set $n (i32.shr_u (local.get $n) (i32.const 1)))))
    (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
    (br 0)))
  local.get $steps))
