;; A bound that is loaded once, before the loop: the nest records what was loaded.
;;
;; local.get i32.load local.set, 8 operators in each of five rounds, local.get. By unit also loop
;; end end, 47; by wasmtime the entry, 45.
;; heap: <n> data="\05\00\00\00"
;; run: f(<n>) == 5
;; fuel: 47 (unit)
;; fuel: 45 (wasmtime)
;; request: f max entry 1; nest@3 @1
;; request: f min entry 1; header 2
;; request: f chosen entry 1; nest@3 @1
;; check: slices f
(module (memory 1) (func (export "f") (param $at i32) (result i32) (local $n i32) (local $i i32)
  (local.set $n (i32.load (local.get $at)))
  (loop
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br_if 0 (i32.lt_u (local.get $i) (local.get $n))))
  local.get $i))
