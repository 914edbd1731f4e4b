;; A list of counts. Where it goes on is loaded, so that the outer loop can't be computed. Both loops are
;; counted together: each has one way back, and there is one way out.
;;
;; An inner round is 9 operators. A node adds 9 by unit, 7 by wasmtime, where loop and end are free.
;; By unit also loop end local.get end, by wasmtime the entry and local.get.
;; The first heap keeps 0 free, which ends a list; <a> goes on at 32, which is <b>.
;; heap: <nothing> size=16
;; heap: <a> data="\03\00\00\00\20\00\00\00"
;; heap: <b> data="\01\00\00\00\00\00\00\00"
;; run: f(<a>) == 4
;; fuel: 58 (unit)
;; fuel: 52 (wasmtime)
;; run: f(<b>) == 1
;; fuel: 22 (unit)
;; fuel: 18 (wasmtime)
;; request: f max entry 1 @16; header 1 @16; nest@4 @2
;; request: f min entry 1; header 1; header 3
;; request: f chosen entry 1; nest@0 counts 2
;; check: slices f
(module (memory 1) (func (export "f") (param $node i32) (result i32)
  (local $left i32) (local $rounds i32)
  (loop $nodes
    (local.set $left (i32.load (local.get $node)))
    (loop $count
      (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
      (br_if $count (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (br_if $nodes (local.tee $node (i32.load offset=4 (local.get $node)))))
  local.get $rounds))
