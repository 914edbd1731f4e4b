;; Arrays are charged for each element that is made, filled or copied.
;;
;; get, array.new_default, tee, const, const, get, array.fill: n elements are made and n filled.
;; Then rounds until an element is 0: get, get, array.len, ge_u, br_if: 5; get, get, array.get, eqz,
;; br_if: 5; counting 4 and `br`. The last test leaves.
;; By unit: 6 + 1, block, loop, 15 n, 5, get, end. By wasmtime: entry, 7, 2 n, 15 n, 5, get.
;; run: fill(3) == 3
;; fuel: 61 (unit)
;; fuel: 65 (wasmtime)
;; run: fill(0) == 0
;; run: copy(2) == 2
;; run: copy(5) == trap ArrayOutOfBounds
;; run: data(3) == 6
;; run: data(4) == trap MemoryOutOfBounds
;; run: elements(2) == 1
;; run: elements(3) == trap TableOutOfBounds
(module
  (type $numbers (array (mut i32)))
  (type $bytes (array (mut i8)))
  (type $functions (array (mut funcref)))
  (data $d "\01\02\03")
  (elem $e funcref (ref.null func) (ref.func $fill))
  (func $fill (export "fill") (param i32) (result i32) (local $a (ref null $numbers)) (local i32)
    (array.fill $numbers
      (local.tee $a (array.new_default $numbers (local.get 0)))
      (i32.const 0) (i32.const 1) (local.get 0))
    (block (loop
      (br_if 1 (i32.ge_u (local.get 2) (array.len (local.get $a))))
      (br_if 1 (i32.eqz (array.get $numbers (local.get $a) (local.get 2))))
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br 0)))
    local.get 2)
  ;; Two ones in front of two zeros, copied over zeros: the ones are counted.
  (func (export "copy") (param i32) (result i32) (local $to (ref null $numbers)) (local i32)
    (local.set $to (array.new_default $numbers (i32.const 5)))
    (array.copy $numbers $numbers (local.get $to) (i32.const 0)
      (array.new_fixed $numbers 4 (i32.const 1) (i32.const 1) (i32.const 0) (i32.const 0))
      (i32.const 0) (local.get 0))
    (loop
      (if (array.get $numbers (local.get $to) (local.get 2))
        (then (local.set 2 (i32.add (local.get 2) (i32.const 1))) (br 1))))
    local.get 2)
  (func (export "data") (param i32) (result i32) (local $a (ref null $bytes)) (local i32 i32)
    (local.set $a (array.new_data $bytes $d (i32.const 0) (local.get 0)))
    (loop
      (local.set 3 (i32.add (local.get 3) (array.get_u $bytes (local.get $a) (local.get 2))))
      (br_if 0 (i32.lt_u
        (local.tee 2 (i32.add (local.get 2) (i32.const 1))) (array.len (local.get $a)))))
    local.get 3)
  (func (export "elements") (param i32) (result i32) (local $a (ref null $functions))
    (local.set $a (array.new_elem $functions $e (i32.const 0) (local.get 0)))
    (if (result i32) (ref.is_null (array.get $functions (local.get $a) (i32.const 1)))
      (then (i32.const 0)) (else nop (i32.const 1)))))
