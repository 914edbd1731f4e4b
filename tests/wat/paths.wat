;; Many paths through one region: every combination of four branches costs differently.
;;
;; Each test: get, const, and, if [const, drop] end, with 1, 2, 3 and 4 pairs in the arms.
;; wasmtime: 1 + 4 x 4 + one for each pair. unit: 4 x 4 + (2 pairs + end) of the arms + final end.
;; run: bits 0
;; fuel: wasmtime=17 unit=17
;; run: bits 1
;; fuel: wasmtime=18 unit=20
;; run: bits 2
;; fuel: wasmtime=19 unit=22
;; run: bits 4
;; fuel: wasmtime=20 unit=24
;; run: bits 8
;; fuel: wasmtime=21 unit=26
;; run: bits 15
;; fuel: wasmtime=27 unit=41
;; run: bits 10
;; fuel: wasmtime=23 unit=31
(module
  (func (export "bits") (param i32)
    local.get 0
    i32.const 1
    i32.and
    if
      i32.const 0
      drop
    end
    local.get 0
    i32.const 2
    i32.and
    if
      i32.const 0
      drop
      i32.const 0
      drop
    end
    local.get 0
    i32.const 4
    i32.and
    if
      i32.const 0
      drop
      i32.const 0
      drop
      i32.const 0
      drop
    end
    local.get 0
    i32.const 8
    i32.and
    if
      i32.const 0
      drop
      i32.const 0
      drop
      i32.const 0
      drop
      i32.const 0
      drop
    end))
