;; What the first loop counted to bounds the second. Two nests: the second one does not know how
;; the first one went, so it records where it ended.
;;
;; 8 operators a round in both. For 5 the first goes 2, 4, 6, the second to 6: 9 rounds. By unit
;; also two loops, two ends, local.get and end: 78; by wasmtime the entry and local.get: 74.
;; run: f(5) == 6
;; fuel: 78 (unit)
;; fuel: 74 (wasmtime)
;; run: f(0) == 2
;; fuel: 30 (unit)
;; fuel: 26 (wasmtime)
;; Its last sum, or, with nothing that can be computed, what that was made from.
;; request: f max entry 1; nest@0 p0; nest@10 l1@1
;; request: f min entry 1; header 2; header 2
;; request: f chosen entry 1; nest@0 p0; nest@10 @3
(module (func (export "f") (param $n i32) (result i32) (local $i i32) (local $j i32)
  (loop
    (local.set $i (i32.add (local.get $i) (i32.const 2)))
    (br_if 0 (i32.lt_u (local.get $i) (local.get $n))))
  (loop
    (local.set $j (i32.add (local.get $j) (i32.const 1)))
    (br_if 0 (i32.lt_u (local.get $j) (local.get $i))))
  local.get $j))
