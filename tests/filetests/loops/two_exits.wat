;; A search that ends where it finds, or at its limit: the nest has two ways out, both cut.
;;
;; A full round is 4 operators that compare and 7 that count. Found in the fourth round:
;; loop, 3 rounds, 4, i32.const return: 40 by unit, 1 + 33 + 4 + 1 by wasmtime. Not found in two:
;; loop, 2 rounds, end i32.const end: 26 by unit, 1 + 22 + 1 by wasmtime.
;; run: find(10, 3) == 1
;; fuel: 40 (unit)
;; fuel: 39 (wasmtime)
;; run: find(2, 5) == 0
;; fuel: 26 (unit)
;; fuel: 24 (wasmtime)
;; request: find max entry 1; join 1; join 1; nest@0 p0 p1
;; request: find min entry 1; header 3
;; request: find chosen entry 1; join 1; join 1; nest@0 p0 p1
;; check: plan find
(module (func (export "find") (param $limit i32) (param $wanted i32) (result i32) (local $i i32)
  (loop
    (if (i32.eq (local.get $i) (local.get $wanted)) (then (return (i32.const 1))))
    (br_if 0 (i32.lt_u
      (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $limit))))
  (i32.const 0)))
