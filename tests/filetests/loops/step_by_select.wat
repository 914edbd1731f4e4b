;; A step that a parameter selects: it is the same in each round, but not a constant.
;;
;; 11 operators a round; by unit also loop end local.get end, by wasmtime the entry and local.get.
;; run: f(6, 1) == 6
;; fuel: 70 (unit)
;; fuel: 68 (wasmtime)
;; run: f(7, 0) == 9
;; fuel: 37 (unit)
;; fuel: 35 (wasmtime)
;; request: f max entry 1; nest@0 p0 p1
;; request: f min entry 1; header 2
;; request: f chosen entry 1; nest@0 p0 p1
(module (func (export "f") (param $n i32) (param $slow i32) (result i32) (local $i i32)
  (loop
    (local.set $i (i32.add (local.get $i)
      (select (i32.const 1) (i32.const 3) (local.get $slow))))
    (br_if 0 (i32.lt_u (local.get $i) (local.get $n))))
  local.get $i))
