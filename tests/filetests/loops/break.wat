;; A break and the usual end lead to the same place, one of them through the `end`s.
;;
;; A test is 4 operators, a full round 11. Broken off in the fourth round: block loop, 3 rounds, 4,
;; local.get end: 41 by unit, 1 + 33 + 4 + 1 by wasmtime. To the end in 2 rounds: also two `end`s,
;; 28 by unit, 1 + 22 + 1 by wasmtime.
;; run: f(10, 3) == 3
;; fuel: 41 (unit)
;; fuel: 39 (wasmtime)
;; run: f(2, 9) == 2
;; fuel: 28 (unit)
;; fuel: 24 (wasmtime)
;; request: f max entry 1; join 1; join 1; nest@1 p0 p1
;; request: f min entry 1; header 3
;; request: f chosen entry 1; join 1; join 1; nest@1 p0 p1
(module (func (export "f") (param $limit i32) (param $stop i32) (result i32) (local $i i32)
  (block (loop
    (br_if 1 (i32.eq (local.get $i) (local.get $stop)))
    (br_if 0 (i32.lt_u
      (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $limit)))))
  local.get $i))
