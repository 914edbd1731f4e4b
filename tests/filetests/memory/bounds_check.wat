;; A sum whose every access is checked. A check that fails leads out of the nest for good.
;;
;; A round is a check of 4, 7 that add and 7 that count. All four: loop, 72, end local.get end, 76
;; by unit; 1 + 72 + 1 by wasmtime. With a length of 2 the third check fails: loop, 36, 4 and
;; unreachable, 42 by unit; 1 + 36 + 4 by wasmtime. Exact: an event stands before `unreachable`.
;; heap: <a> data="\01\02\03\04"
;; run: sum(<a>, 4, 4) == 10
;; fuel: 76 (unit)
;; fuel: 74 (wasmtime)
;; run: sum(<a>, 2, 4) == trap UnreachableCodeReached
;; fuel: 42 (unit)
;; fuel: 41 (wasmtime)
;; Where the bytes lie does not matter.
;; request: sum max entry 1; join 1; join 1; nest@0 p1 p2
;; request: sum min entry 1; header 3
;; request: sum chosen entry 1; join 1; join 1; nest@0 p1 p2
(module (memory 1) (func (export "sum") (param $at i32) (param $length i32) (param $count i32)
  (result i32) (local $i i32) (local $sum i32)
  (loop
    (if (i32.ge_u (local.get $i) (local.get $length)) (then unreachable))
    (local.set $sum (i32.add (local.get $sum)
      (i32.load8_u (i32.add (local.get $at) (local.get $i)))))
    (br_if 0 (i32.lt_u
      (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count))))
  local.get $sum))
