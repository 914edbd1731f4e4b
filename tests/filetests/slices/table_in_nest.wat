;; A `br_table` in a nest: which way each round goes is computed from the counter. Chosen slices tell
;; its rounds, because ten times 15 operators are dearer to replay than ten events.
;;
;; A round is 7 operators, then nop br (0), nop end (1) or nothing (2), then 7: by unit 16, 16 and
;; 14. By wasmtime 4 of the first 7, br or nothing, and 7: 12, 11 and 11. By unit also loop end end,
;; by wasmtime the entry. The rounds are 0 1 2 0 1.
;; run: f(5) == ()
;; fuel: 81 (unit)
;; fuel: 58 (wasmtime)
;; run: f(0) == ()
;; fuel: 19 (unit)
;; fuel: 13 (wasmtime)
;; request: f max entry 1; nest@0 p0
;; request: f min entry 1; header 6
;; request: f chosen entry 1; header 6
;; check: plan f max
(module (func (export "f") (param $n i32) (local $i i32)
  (loop $again
    (block $join
      (block $one
        (block $zero
          (br_table $zero $one $join (i32.rem_u (local.get $i) (i32.const 3))))
        nop
        (br $join))
      nop)
    (br_if $again (i32.lt_u
      (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))
