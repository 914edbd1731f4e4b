;; Tables filled, copied into, and filled from a segment: then the elements that are not null are
;; counted, of 6.
;;
;; `count`: a round has get, table.get, is_null, eqz, if: 5; for an element the arm get, const, add,
;; set and its end; get, const, add, tee, const, lt_u, br_if: 7. By unit: loop, 6 * 12, end, get,
;; end, and 5 for each. By wasmtime: entry, 72, get, and 4 for each.
;; run: count() == 0
;; fuel: 76 (unit)
;; fuel: 74 (wasmtime)
;;
;; const, ref.func, get, fill, call: 5, end. Wasmtime: entry, 5 and an element each.
;; run: fill(2) == 2
;; fuel: 92 (unit)
;; fuel: 90 (wasmtime)
;; run: fill(6) == 6
;; run: fill(7) == trap TableOutOfBounds
;; fuel: 4 (unit)
;; fuel: 12 (wasmtime)
;; run: copy(0) == 0
;; run: copy(3) == 3
;; run: copy(4) == trap TableOutOfBounds
;; run: init(0, 2) == 1
;; run: init(2, 1) == 1
;; run: init(2, 2) == trap TableOutOfBounds
;; run: dropped(0) == 0
;; run: dropped(1) == trap TableOutOfBounds
(module
  (table $a 6 funcref)
  (table $b funcref (elem $count $count $count))
  (elem $some funcref (ref.func $count) (ref.null func) (ref.func $count))
  (func $count (export "count") (result i32) (local i32 i32)
    (loop
      (if (i32.eqz (ref.is_null (table.get $a (local.get 0))))
        (then (local.set 1 (i32.add (local.get 1) (i32.const 1)))))
      (br_if 0 (i32.lt_u
        (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 6))))
    local.get 1)
  (func (export "fill") (param i32) (result i32)
    (table.fill $a (i32.const 0) (ref.func $count) (local.get 0))
    call $count)
  (func (export "copy") (param i32) (result i32)
    (table.copy $a $b (i32.const 1) (i32.const 0) (local.get 0))
    call $count)
  (func (export "init") (param i32 i32) (result i32)
    (table.init $a $some (i32.const 2) (local.get 0) (local.get 1))
    call $count)
  (func (export "dropped") (param i32) (result i32)
    elem.drop $some
    (table.init $a $some (i32.const 2) (i32.const 0) (local.get 0))
    call $count))
